/// One thing about the daemon that can be set.
struct Setting<Value: Sendable>: Sendable {
    /// In a file, with its group, as in `retention.succeeded`; the variable and the flag are made from it.
    let key: String
    let form: SettingForm<Value>
    /// What holds where nothing is set.
    let standard: Value
    /// What it is, and why the default is what it is.
    let summary: String

    init(_ key: String, _ form: SettingForm<Value>, _ standard: Value, _ summary: String) {
        (self.key, self.form, self.standard, self.summary) = (key, form, standard, summary)
    }
}

/// Where a value comes from.
package enum SettingOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Nobody has set it.
    case standard
    case file(path: String, line: Int, column: Int)
    case variable(String)
    /// As it is written, as in `--drain`.
    case flag(String)

    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .variable(let name), .flag(let name): name
        }
    }
}

/// A setting with its value, as it is shown.
package struct SettingEntry: Sendable, Hashable {
    package let key: String
    /// As it may be written in a file.
    package let value: String
    package let origin: SettingOrigin
    /// As a phrase.
    package let allowed: String
    /// The default, as it may be written in a file.
    package let standard: String
    package let summary: String
    /// The environment variable for it.
    package var variable: String { SettingSources.variable(of: key) }
}
