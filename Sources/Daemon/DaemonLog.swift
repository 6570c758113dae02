package import Logging
import Model
package import Ports

/// The daemon's log: a line for each event, as logfmt or as JSON.
///
/// A line has the time, the level, the component, the message and the event's fields: ids, counts, `error.code`. What is logged never holds
/// commands, variables or what a job has written; whatever an engine has said is kept to one line and to a length.
package struct DaemonLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let component: String
    private let format: LogFormat
    private let file: LogFile
    private let clock: any WallClock

    /// Characters of a field.
    private static let fieldBound = 1000

    private init(_ component: String, _ configuration: DaemonConfiguration, _ file: LogFile, _ clock: any WallClock) {
        (self.component, self.file, self.clock) = (component, file, clock)
        (logLevel, format) = (configuration.logLevel, configuration.logFormat)
    }

    /// A logger for a part of the daemon.
    package static func logger(
        _ component: String, _ configuration: DaemonConfiguration, _ file: LogFile, clock: any WallClock
    ) -> Logger {
        Logger(label: component) { DaemonLog($0, configuration, file, clock) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let given = metadata.merging(metadataProvider?.get() ?? [:]) { _, own in own }
        let all = given.merging(event.metadata ?? [:]) { _, own in own }
        let fields =
            [
                ("time", clock.now().rfc3339), ("level", event.level.rawValue), ("component", component),
                ("msg", "\(event.message)"),
            ] + all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        file.write(Self.line(fields, format))
    }

    /// What a log says in place of lines that were dropped.
    static func droppedLine(_ count: Int, _ format: LogFormat, _ clock: any WallClock) -> String {
        let fields = [
            ("time", clock.now().rfc3339), ("level", "warning"), ("component", "log"),
            ("msg", "lines were dropped here"), ("count", "\(count)"),
        ]
        return line(fields, format)
    }

    static func line(_ fields: [(name: String, value: String)], _ format: LogFormat) -> String {
        let shown = fields.map { ($0.name, $0.value.count > fieldBound ? "\($0.value.prefix(fieldBound))…" : $0.value) }
        switch format {
        case .logfmt: return shown.map { "\($0)=\(word($1))" }.joined(separator: " ")
        case .json: return "{\(shown.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ","))}"
        }
    }

    /// A value as logfmt has it: quoted where it would not be one word.
    private static func word(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy {
            $0.isASCII && $0 > " " && $0 != "\"" && $0 != "=" && $0 != "\u{7F}"
        }
        return isPlain && !value.isEmpty ? value : quoted(value)
    }

    /// A JSON string: what ends a line, or could be obeyed by a terminal, is escaped.
    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            default:
                let isHidden = [.control, .format, .lineSeparator, .paragraphSeparator, .surrogate].contains(
                    scalar.properties.generalCategory)
                guard isHidden else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return text + "\""
    }
}
