import Foundation
import Model

/// A request's body in JSON: strict, so that a slip of the pen is told and not ignored.
enum BodyDocument {
    /// - Throws: ``ControlAPIError/badBody(pointer:detail:)``.
    static func decode<Value: Codable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        do { try JSONSyntax.check(bytes) } catch {
            throw ControlAPIError.badBody(pointer: "", detail: "not JSON, \(error)")
        }
        do {
            let value = try JSONDecoder().decode(type, from: Data(bytes))
            // What the value says of itself is all that it knows: any other member would be ignored.
            let given = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            let known = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(value))
            if let pointer = firstUnknown(given, known, at: "") {
                throw ControlAPIError.badBody(pointer: pointer, detail: "there is no such member")
            }
            return value
        } catch let error as DecodingError {
            throw flaw(error)
        } catch let error as ModelError {
            throw ControlAPIError.badBody(pointer: "", detail: String(error.message.dropLast()))
        }
    }

    /// The pointer of the first member, in the order of names, that is given and not known; one that is null says nothing.
    private static func firstUnknown(_ given: JSONValue, _ known: JSONValue, at pointer: String) -> String? {
        switch (given, known) {
        case (.object(let given), .object(let known)):
            for (name, value) in given.sorted(by: { $0.key < $1.key }) where value != .null {
                let place = "\(pointer)/\(escaped(name))"
                guard let inner = known[name] else { return place }
                if let found = firstUnknown(value, inner, at: place) { return found }
            }
        case (.array(let given), .array(let known)):
            for (index, pair) in zip(given, known).enumerated() {
                if let found = firstUnknown(pair.0, pair.1, at: "\(pointer)/\(index)") { return found }
            }
        default: break
        }
        return nil
    }

    private static func flaw(_ error: DecodingError) -> ControlAPIError {
        switch error {
        case .keyNotFound(let key, let context):
            .badBody(pointer: pointer(context.codingPath + [key]), detail: "it is missing")
        case .valueNotFound(_, let context): .badBody(pointer: pointer(context.codingPath), detail: "it is null")
        case .typeMismatch(let type, let context):
            .badBody(pointer: pointer(context.codingPath), detail: "it is no \(word(for: type))")
        case .dataCorrupted(let context):
            .badBody(pointer: pointer(context.codingPath), detail: "it has a value that it cannot have")
        @unknown default: .badBody(pointer: "", detail: "it cannot be read")
        }
    }

    private static func word(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "string"
        case is Bool.Type: "boolean"
        case is any FixedWidthInteger.Type: "whole number"
        case is Double.Type: "number"
        case is [Any].Type: "array"
        default: "object"
        }
    }

    private static func pointer(_ path: [any CodingKey]) -> String {
        path.map { "/\($0.intValue.map(String.init) ?? escaped($0.stringValue))" }.joined()
    }

    private static func escaped(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
