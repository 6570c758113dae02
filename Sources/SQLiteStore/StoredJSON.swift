import Foundation
import Ports

/// The JSON in text columns: keys sorted, so that equal values have equal text and with it an equal digest.
///
/// Stored types name their own keys (`CodingKeys`): a key strategy would not find `imageID` again in `image_id`.
enum StoredJSON {
    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// - Throws: ``StoreError/corrupt(detail:)`` naming `place`, if the text is not that of a `Value`.
    static func value<Value: Decodable>(_ text: String, in place: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw StoreError.corrupt(detail: "\(place) cannot be read: \(error)")
        }
    }
}
