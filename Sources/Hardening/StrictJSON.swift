import FoundationEssentials
import Model

/// Reads a document of ours: every key must be known, and every mistake has a JSON pointer (RFC 6901).
enum StrictJSON {
    struct Mistake: Error, Hashable {
        /// Empty for the document as a whole.
        let pointer: String
        let detail: String

        var text: String { pointer.isEmpty ? detail : "\(pointer) \(detail)" }
    }

    /// Reads one of a profile's files, by its name.
    static func read<Value: Codable>(
        _ type: Value.Type, from files: [String: [UInt8]], _ file: String, folder: String?
    ) throws(HardeningError) -> Value {
        let path = folder.map { "\($0)/\(file)" } ?? file
        guard let bytes = files[file] else { throw .brokenProfile(file: path, detail: "it is missing") }
        do {
            return try decode(type, from: bytes)
        } catch {
            throw .brokenProfile(file: path, detail: error.text)
        }
    }

    static func decode<Value: Codable>(_ type: Value.Type, from bytes: [UInt8]) throws(Mistake) -> Value {
        do {
            let value = try JSONDecoder().decode(Value.self, from: Data(bytes))
            // What a value writes of itself are the keys that it knows.
            let known = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
            let given = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            if let pointer = unknownKey(in: given, known: known, at: "") {
                throw Mistake(pointer: pointer, detail: "is not known")
            }
            return value
        } catch let mistake as Mistake {
            throw mistake
        } catch let error as DecodingError {
            throw Mistake(error)
        } catch {
            throw Mistake(pointer: "", detail: "is not a document that can be read")
        }
    }

    /// The first key of `given` that `known` does not have, in the order of the alphabet.
    private static func unknownKey(in given: JSONValue, known: JSONValue, at pointer: String) -> String? {
        switch (given, known) {
        case (.object(let given), .object(let known)):
            for (key, value) in given.sorted(by: { $0.key < $1.key }) {
                let place = "\(pointer)/\(escaped(key))"
                guard let known = known[key] else { return place }
                if let found = unknownKey(in: value, known: known, at: place) { return found }
            }
            return nil
        case (.array(let given), .array(let known)):
            for (index, (given, known)) in zip(given, known).enumerated() {
                if let found = unknownKey(in: given, known: known, at: "\(pointer)/\(index)") { return found }
            }
            return nil
        default:
            return nil
        }
    }

    static func escaped(_ key: String) -> String {
        key.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}

extension StrictJSON.Mistake {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(pointer: Self.pointer(context.codingPath + [key]), detail: "is missing")
        case .valueNotFound(_, let context):
            self.init(pointer: Self.pointer(context.codingPath), detail: "is missing")
        case .typeMismatch(let type, let context):
            self.init(pointer: Self.pointer(context.codingPath), detail: "must be \(Self.word(for: type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // The decoder does not say where.
            self.init(pointer: "", detail: "it is not JSON (`python3 -m json.tool FILE` tells where)")
        case .dataCorrupted(let context):
            self.init(pointer: Self.pointer(context.codingPath), detail: "has a value that is not known here")
        @unknown default:
            self.init(pointer: "", detail: "it cannot be read")
        }
    }

    private static func pointer(_ path: [any CodingKey]) -> String {
        path.map { "/" + ($0.intValue.map(String.init) ?? StrictJSON.escaped($0.stringValue)) }.joined()
    }

    private static func word(for type: any Any.Type) -> String {
        if type == String.self { return "a text" }
        if type == Bool.self { return "true or false" }
        if type is any BinaryInteger.Type { return "a whole number" }
        return type is any RangeReplaceableCollection.Type ? "an array" : "an object"
    }
}
