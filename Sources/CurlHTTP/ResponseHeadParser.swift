/// Reads the head of an HTTP/1.x answer from pieces cut anywhere, and nothing else: no socket, no clock.
///
/// Interim answers (1xx) before the real one are skipped; 101 is a real one. A lone line feed ends a line too, as RFC
/// 9112, 2.2 permits; a folded line does not pass.
struct ResponseHeadParser: Sendable {
    /// A head, and the bytes that came with it and belong to what follows.
    struct Completed: Sendable, Hashable {
        let head: HTTPResponseHead
        let rest: [UInt8]
    }

    /// Longest head, skipped interim answers included, in bytes.
    static let boundBytes = 16 << 10

    static let tooLong = HTTPClientError.protocolViolation(detail: "its head is longer than \(boundBytes) bytes")

    private var line: [UInt8] = []
    private var status: Int?
    private var headers = HTTPHeaders()
    private var receivedBytes = 0

    /// Takes the next piece; answers the head once its last byte is there.
    ///
    /// - Throws: ``HTTPClientError/protocolViolation(detail:)``; the parser is then of no more use.
    mutating func receive(_ bytes: some Collection<UInt8>) throws(HTTPClientError) -> Completed? {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            receivedBytes += 1
            guard receivedBytes <= Self.boundBytes else { throw Self.tooLong }
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if let head = try endLine() { return Completed(head: head, rest: Array(rest)) }
        }
        return nil
    }

    private mutating func endLine() throws(HTTPClientError) -> HTTPResponseHead? {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        guard let status else {
            self.status = try Self.status(of: line)
            return nil
        }
        guard line.isEmpty else {
            try addField()
            return nil
        }
        defer { (self.status, headers) = (nil, HTTPHeaders()) }
        let isInterim = (100..<200).contains(status) && status != 101
        return isInterim ? nil : HTTPResponseHead(status: status, headers: headers)
    }

    private mutating func addField() throws(HTTPClientError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, !Self.isBlank(line[0]) else {
            throw .protocolViolation(detail: "a header line is malformed")
        }
        let value = line[(colon + 1)...].drop(while: Self.isBlank)
        let end = value.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? value.startIndex
        headers.append(
            String(decoding: line[..<colon], as: UTF8.self),
            String(decoding: value[..<end], as: UTF8.self))
    }

    /// The code in `HTTP/1.1 200 OK`.
    private static func status(of line: [UInt8]) throws(HTTPClientError) -> Int {
        let codeStart = 9
        let codeEnd = 12
        guard line.starts(with: "HTTP/1.".utf8), line.count >= codeEnd, line[codeStart - 1] == UInt8(ascii: " "),
            line.count == codeEnd || line[codeEnd] == UInt8(ascii: " "),
            line[codeStart..<codeEnd].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let code = Int(String(decoding: line[codeStart..<codeEnd], as: UTF8.self)), code >= 100
        else { throw .protocolViolation(detail: "it does not begin with an HTTP/1.x status line") }
        return code
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
