import Glibc

/// The server's end of one connection, with calls that block for at most a minute.
struct ServerConnection: Sendable {
    struct Request: Sendable {
        /// The lines of the head, the request line first.
        let lines: [String]
        let body: [UInt8]

        var line: String { lines.first ?? "" }
    }

    let descriptor: Int32
    /// The place of this connection among those of its server, from 1.
    let number: Int

    init(descriptor: Int32, number: Int) {
        (self.descriptor, self.number) = (descriptor, number)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// The next request, or `nil` once there is none.
    func readRequest() -> Request? {
        var head: [UInt8] = []
        while !head.ends(with: "\r\n\r\n") {
            let byte = read(upTo: 1)
            guard !byte.isEmpty else { return nil }
            head += byte
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
        let length = lines.first { $0.lowercased().hasPrefix("content-length: ") }?.split(separator: " ").last
        guard let body = readExactly(length.flatMap { Int($0) } ?? 0) else { return nil }
        return Request(lines: lines, body: body)
    }

    /// Some bytes, or none at the end of file.
    func read(upTo limit: Int = 64 << 10) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        return Array(bytes.prefix(max(0, count)))
    }

    func readExactly(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = read(upTo: count - bytes.count)
            guard !more.isEmpty else { return nil }
            bytes += more
        }
        return bytes
    }

    /// Whether the client closed the connection, before the time was up; skips what it sent.
    func readsEndOfFile() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            if count < 0 { return false }
        }
    }

    /// Sends everything; `false` once the client is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Ends both directions before the script does.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Answers with a length.
    @discardableResult
    func answer(_ status: Int = 200, _ body: String = "", headers: [String] = []) -> Bool {
        let lines = ["HTTP/1.1 \(status) Said", "Content-Length: \(body.utf8.count)"] + headers
        return write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Reads an upgrade and agrees to it.
    @discardableResult
    func acceptUpgrade() -> Bool {
        readRequest() != nil && write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    }

    /// Sends back whatever comes, until the client is gone.
    func echo() {
        while true {
            let bytes = read()
            guard !bytes.isEmpty, write(bytes) else { return }
        }
    }
}

extension [UInt8] {
    func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
