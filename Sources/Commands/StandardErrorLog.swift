import Daemon
import Logging

/// The program's log: warnings and worse, one line each on stderr, beside our other words to people.
struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = ["id": "\(Invocation.id)"]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.warning

    static var logger: Logger { Logger(label: "caisson") { _ in StandardErrorLog() } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        // What an engine or a sandbox has said may be among it.
        Output.standard.error(
            TextTable.oneLine("caisson: \(event.level): \(event.message)\(fields)", width: TextTable.sentence))
    }
}
