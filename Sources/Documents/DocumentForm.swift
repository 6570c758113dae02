/// The two ways to write a document.
package enum DocumentForm: Sendable, Hashable {
    case yaml, json

    /// By the ending of the name: `.json` is JSON, `.yaml` and `.yml` are YAML; with any other name, what begins with `{` or
    /// `[` is JSON and everything else YAML.
    package init(name: String, bytes: [UInt8]) {
        let ending = name.split(separator: ".").last?.lowercased()
        switch ending {
        case "json": self = .json
        case "yaml", "yml": self = .yaml
        default:
            let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            self = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .yaml
        }
    }
}
