import Foundation
import Model

/// A whole answer of an engine, to be changed on its way.
struct EngineAnswer: Sendable {
    var status: Int
    var body: Data
    /// How many bytes at the end of the body are promised and do not come: the connection ends instead.
    var missing = 0
    /// How often it is given, one right after the other.
    var times = 1

    /// The answer that these bytes are; `nil` while a part of it has not come.
    init?(whole bytes: [UInt8]) {
        let separator = Data("\r\n\r\n".utf8)
        guard let end = Data(bytes).firstRange(of: separator) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        self.status = status
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
        }
        let rest = bytes[end.upperBound...]
        if fields["transfer-encoding"] == "chunked" {
            guard let whole = Self.joined(chunks: rest) else { return nil }
            body = whole
        } else {
            let length = fields["content-length"].flatMap { Int($0) } ?? 0
            guard rest.count >= length else { return nil }
            body = Data(rest.prefix(length))
        }
    }

    /// The content of all chunks, once the last one is there.
    private static func joined(chunks: ArraySlice<UInt8>) -> Data? {
        var (rest, whole) = (chunks, Data())
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { return nil }
            let content = rest[end...].dropFirst(2)
            guard content.count >= size + 2 else { return nil }
            if size == 0 { return whole }
            whole += content.prefix(size)
            rest = content.dropFirst(size + 2)
        }
        return nil
    }

    /// As it goes to the client.
    var bytes: [UInt8] {
        let head =
            "HTTP/1.1 \(status) Edited\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        let once = Array(head.utf8) + body.dropLast(missing)
        return Array(repeatElement(once, count: times).joined())
    }

    /// The same with another JSON body; what cannot be read stays as it is.
    func with(_ change: (JSONValue) -> JSONValue) -> EngineAnswer {
        var answer = self
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: body),  // ignored: the test sees no change
            let changed = try? JSONEncoder().encode(change(value))  // ignored: as above
        else { return self }
        answer.body = changed
        return answer
    }

    func with(status: Int? = nil, body: String? = nil, missing: Int = 0, times: Int = 1) -> EngineAnswer {
        var answer = self
        answer.status = status ?? self.status
        answer.body = body.map { Data($0.utf8) } ?? self.body
        (answer.missing, answer.times) = (missing, times)
        return answer
    }
}
