/// Writes the fields of a message's body.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ tag: UInt8, _ value: [UInt8]) {
        bytes.append(tag)
        bytes.append(littleEndian: UInt32(value.count))
        bytes += value
    }

    mutating func put(_ tag: UInt8, _ value: String) { put(tag, Array(value.utf8)) }
    mutating func put(_ tag: UInt8, _ values: [String]) {
        for value in values { put(tag, value) }
    }
    mutating func put(_ tag: UInt8, _ value: UInt64) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        put(tag, bytes)
    }
    mutating func put(_ tag: UInt8, _ value: Int) { put(tag, UInt64(bitPattern: Int64(value))) }
    mutating func put(_ tag: UInt8, _ value: Int?) {
        if let value { put(tag, value) }
    }
    mutating func put(_ tag: UInt8, _ value: Bool) { put(tag, value ? 1 : 0) }
}

/// Reads the fields of a message's body; a tag may come more than once.
struct FieldReader {
    private var fields: [UInt8: [ArraySlice<UInt8>]] = [:]

    /// - Throws: ``MessageError/malformed(_:)`` if a field reaches beyond the body.
    init(_ body: [UInt8]) throws(MessageError) {
        var index = 0
        while index < body.count {
            guard body.count - index >= 5 else { throw .malformed("half a field") }
            let length = Int(body.littleEndian(at: index + 1, as: UInt32.self))
            guard length <= body.count - index - 5 else { throw .malformed("a field that is too long") }
            fields[body[index], default: []].append(body[index + 5..<index + 5 + length])
            index += 5 + length
        }
    }

    func bytes(_ tag: UInt8) -> [UInt8]? { fields[tag]?.last.map(Array.init) }
    func all(_ tag: UInt8) -> [[UInt8]] { (fields[tag] ?? []).map(Array.init) }
    func string(_ tag: UInt8) -> String { fields[tag]?.last.map { String(decoding: $0, as: UTF8.self) } ?? "" }
    func strings(_ tag: UInt8) -> [String] { (fields[tag] ?? []).map { String(decoding: $0, as: UTF8.self) } }
    func number(_ tag: UInt8) -> UInt64? {
        guard let field = fields[tag]?.last, field.count == 8 else { return nil }
        return field.littleEndian(at: field.startIndex, as: UInt64.self)
    }
    func integer(_ tag: UInt8) -> Int? { number(tag).map { Int(Int64(bitPattern: $0)) } }
    func integers(_ tag: UInt8) -> [Int] {
        (fields[tag] ?? []).compactMap {
            $0.count == 8 ? Int(Int64(bitPattern: $0.littleEndian(at: $0.startIndex, as: UInt64.self))) : nil
        }
    }
    func flag(_ tag: UInt8) -> Bool { number(tag).map { $0 != 0 } ?? false }
}
