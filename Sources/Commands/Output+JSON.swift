import Foundation

extension Output {
    /// One JSON document, with sorted keys and a line break at its end.
    func json(_ value: some Encodable) throws {
        let encoder = Self.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        try line(JSONText.safe(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }

    /// The same in one line, for stderr; a value that cannot be written as JSON is a fault of ours.
    static func compactJSON(_ value: some Encodable) -> String {
        let data = try? encoder.encode(value)  // ignored: what is given here is made of text alone
        return data.map { JSONText.safe(String(decoding: $0, as: UTF8.self)) } ?? "{}"
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }
}
