package import Logging
import Model

/// One request, on its way to its route's handler.
package struct ControlRequest: Sendable {
    /// Names it in the log and beside errors.
    package let id: String
    package let actor: ControlActor
    package let method: String
    /// Without the query, decoded.
    package let path: String
    /// The values of the path's `{…}` by name.
    package let parameters: [String: String]
    package let query: [String: String]
    package let body: ControlBody
    package let bounds: ControlBounds
    package let logger: Logger

    /// The value of one of the path's `{…}`.
    package func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// A whole number of the query, within its range; `nil` if it is not there.
    package func number(_ name: String, _ range: ClosedRange<Int64>) throws(ControlAPIError) -> Int64? {
        guard let text = query[name] else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw .badParameter(
                name: name, value: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One word of the query out of several; `nil` if it is not there.
    package func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(ControlAPIError) -> Word? where Word.RawValue == String {
        guard let text = query[name] else { return nil }
        guard let value = Word(rawValue: text) else {
            throw .badParameter(
                name: name, value: text,
                expected: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// The body as JSON of the wanted kind; members that it does not have are told of, with their pointer.
    package func document<Value: Codable>(_ type: Value.Type, limit: Int? = nil) async throws -> Value {
        try BodyDocument.decode(type, from: try await body.whole(limit: limit ?? bounds.documentBytes))
    }
}
