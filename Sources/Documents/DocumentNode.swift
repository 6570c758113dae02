/// A value in a document, and where it stands; the same for YAML and JSON.
package struct DocumentNode: Sendable {
    package enum Value: Sendable {
        case null
        case bool(Bool)
        /// A JSON number, as it is written.
        case number(String)
        case string(String)
        /// A plain YAML scalar that some readers take for a string and others do not, such as `no`, `0o17` or `12:30`.
        case unclear(String)
        case list([DocumentNode])
        case map([Member])
    }

    /// One entry of a map, in the order of the document; no key is there twice.
    package struct Member: Sendable {
        package let key: String
        package let keyPosition: DocumentPosition
        package let node: DocumentNode
    }

    package let value: Value
    package let position: DocumentPosition

    /// What kind of value this is, for people.
    package var kind: String {
        switch value {
        case .null: "empty"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .unclear: "a word that YAML readers do not agree on"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
