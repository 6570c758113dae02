import Model

/// One control that is not in force as it was planned.
package struct PostureDifference: Sendable, Hashable {
    /// The field, as in `HostConfig.PidsLimit`.
    package let field: String
    package let wanted: String
    package let got: String

    package init(field: String, wanted: String, got: String) {
        (self.field, self.wanted, self.got) = (field, wanted, got)
    }

    init(field: String, wanted: JSONValue?, got: JSONValue?) {
        self.init(field: field, wanted: Self.text(wanted), got: Self.text(got))
    }

    /// The value in a few words: a seccomp list would else fill the screen.
    private static func text(_ value: JSONValue?) -> String {
        let full = fullText(value)
        return full.count <= 120 ? full : "\(full.prefix(117))…"
    }

    private static func fullText(_ value: JSONValue?) -> String {
        switch value {
        case nil: "nothing"
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let values): "[\(values.map { fullText($0) }.joined(separator: ", "))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\($0.key): \(fullText($0.value))" }.joined(separator: ", "))}"
        }
    }
}
