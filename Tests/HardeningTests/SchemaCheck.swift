import Foundation
import Model

/// As much of JSON Schema 2020-12 as the schemas of profiles use; a keyword that it does not know is an error, so that none is
/// passed over.
struct SchemaCheck {
    enum Fault: Error { case unknownKeyword(String), noSuchReference(String) }

    private let root: JSONValue
    /// Words for people, which accept everything.
    private static let notes: Set = ["$schema", "$id", "$defs", "title", "description", "then", "else"]

    init(_ root: JSONValue) { self.root = root }

    /// The places of `value` that the schema refuses, as JSON pointers.
    func mistakes(_ value: JSONValue) throws -> [String] { try mistakes(value, root, at: "") }

    private func mistakes(_ value: JSONValue, _ schema: JSONValue, at place: String) throws -> [String] {
        if let accepts = schema.boolValue { return accepts ? [] : [place] }
        var found: [String] = []
        for (keyword, operand) in (schema.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            if Self.notes.contains(keyword) { continue }
            found += try mistakes(value, schema, keyword, operand, place)
        }
        return found
    }

    private func mistakes(
        _ value: JSONValue, _ schema: JSONValue, _ keyword: String, _ operand: JSONValue, _ place: String
    ) throws -> [String] {
        func unless(_ holds: Bool) -> [String] { holds ? [] : [place] }
        switch keyword {
        case "$ref":
            let name = operand.stringValue ?? ""
            let prefix = "#/$defs/"
            guard name.hasPrefix(prefix), let target = root["$defs"]?[String(name.dropFirst(prefix.count))] else {
                throw Fault.noSuchReference(name)
            }
            return try mistakes(value, target, at: place)
        case "type": return unless(Self.isOf(value, type: operand.stringValue ?? ""))
        case "const": return unless(value == operand)
        case "enum": return unless(operand.arrayValue?.contains(value) == true)
        case "pattern":
            guard let text = value.stringValue else { return [] }
            return unless(try Regex(operand.stringValue ?? "").firstMatch(in: text) != nil)
        case "minimum": return unless(Self.number(value).map { $0 >= Self.number(operand) ?? 0 } ?? true)
        case "maximum": return unless(Self.number(value).map { $0 <= Self.number(operand) ?? 0 } ?? true)
        case "multipleOf":
            guard let amount = value.integerValue, let step = operand.integerValue else { return [] }
            return unless(amount.isMultiple(of: step))
        case "minItems": return unless(value.arrayValue.map { $0.count >= operand.integerValue ?? 0 } ?? true)
        case "maxItems": return unless(value.arrayValue.map { $0.count <= operand.integerValue ?? 0 } ?? true)
        case "items":
            return try (value.arrayValue ?? []).enumerated().flatMap {
                try mistakes($0.element, operand, at: "\(place)/\($0.offset)")
            }
        case "required":
            guard let members = value.objectValue else { return [] }
            return (operand.arrayValue ?? []).compactMap(\.stringValue).filter { members[$0] == nil }
                .map { "\(place)/\($0)" }
        case "properties":
            return try (operand.objectValue ?? [:]).sorted { $0.key < $1.key }.flatMap { key, schema in
                try value[key].map { try mistakes($0, schema, at: "\(place)/\(key)") } ?? []
            }
        case "additionalProperties" where operand == false:
            let known = Set((schema["properties"]?.objectValue ?? [:]).keys)
            return Set((value.objectValue ?? [:]).keys).subtracting(known).sorted().map { "\(place)/\($0)" }
        case "if":
            let branch = try mistakes(value, operand, at: place).isEmpty ? schema["then"] : schema["else"]
            return try branch.map { try mistakes(value, $0, at: place) } ?? []
        default: throw Fault.unknownKeyword(keyword)
        }
    }

    private static func isOf(_ value: JSONValue, type: String) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("integer", .integer):
            true
        // Beyond 63 bits.
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        if case .number(let number) = value { return number }
        return value.integerValue.map(Double.init)
    }
}
