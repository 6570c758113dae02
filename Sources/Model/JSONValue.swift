/// Any JSON value: for documents whose shape is not ours, such as an Engine's answers and a job's result.
package enum JSONValue: Sendable, Hashable, Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The order matters: a decoder may give a whole number as a `Double`, too, but never a `Bool` as a number. What there is
        // most of comes first, as each try that fails takes longer than one that does not.
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {  // ignored: it is another kind of value
            self = .string(value)
        } else if let members = try? decoder.container(keyedBy: MemberName.self) {  // ignored: the same
            self = .object(
                try members.allKeys.reduce(into: [:]) { object, name in
                    object[name.stringValue] = try members.decode(JSONValue.self, forKey: name)
                })
        } else if let value = try? container.decode(Bool.self) {  // ignored: it is another kind of value
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {  // ignored: it is another kind of value
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {  // ignored: it is another kind of value
            self = .number(value)
        } else {
            self = .array(try container.decode([JSONValue].self))
        }
    }

    private struct MemberName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The member of that name, or `nil` if there is none or this is no object.
    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    package var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var integerValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var objectValue: [String: JSONValue]? {
        guard case .object(let value) = self else { return nil }
        return value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
