import Glibc

/// The server's end of one connection, with calls that block for at most a minute.
struct ServerConnection: Sendable {
    struct Request: Sendable {
        /// The lines of the head, the request line first.
        let lines: [String]
        let body: [UInt8]

        var line: String { lines.first ?? "" }
    }

    /// `POLLRDHUP` (poll(2)), which Glibc hides without `_GNU_SOURCE`.
    private static let hangUp: Int16 = 0x2000

    let descriptor: Int32
    /// The place of this connection among those of its server, from 1.
    let number: Int

    /// What is spoken on the socket, if it is TLS.
    let tls: OpenSSL.Session?

    /// Shakes hands first, if there is to be TLS; `nil` if that fails.
    init?(descriptor: Int32, number: Int, tls context: OpenSSL.Context?) {
        (self.descriptor, self.number) = (descriptor, number)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard let context else {
            tls = nil
            return
        }
        guard let session = OpenSSL.Session(context, descriptor: descriptor) else { return nil }
        tls = session
    }

    /// The lines of the next request's head, or `nil` once there is none; its body stays unread.
    func readHead() -> [String]? {
        var head: [UInt8] = []
        while !head.ends(with: "\r\n\r\n") {
            let byte = read(upTo: 1)
            guard !byte.isEmpty else { return nil }
            head += byte
        }
        return String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    /// The next request, or `nil` once there is none.
    func readRequest() -> Request? {
        guard let lines = readHead() else { return nil }
        let length = lines.first { $0.lowercased().hasPrefix("content-length: ") }?.split(separator: " ").last
        guard let body = readExactly(length.flatMap { Int($0) } ?? 0) else { return nil }
        return Request(lines: lines, body: body)
    }

    /// The body of a request that is sent in chunks; calls `sawBytes` with the length so far; `nil` if it is cut.
    func readChunks(sawBytes: (Int) -> Void = { _ in }) -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while !line.ends(with: "\r\n") {
                let byte = read(upTo: 1)
                guard !byte.isEmpty else { return nil }
                line += byte
            }
            guard let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16),
                let chunk = readExactly(size + 2)
            else { return nil }
            guard size > 0 else { return body }
            body += chunk.dropLast(2)
            sawBytes(body.count)
        }
    }

    /// Some bytes, or none at the end of file.
    func read(upTo limit: Int = 64 << 10) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { receive(into: $0) }
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
            let count = bytes.withUnsafeMutableBytes { receive(into: $0) }
            if count <= 0 { return count == 0 || errno != EAGAIN }
        }
    }

    private func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        tls?.read(buffer) ?? recv(descriptor, buffer.baseAddress, buffer.count, 0)
    }

    /// Reads nothing until the client is gone; whether that came before the time was up.
    func readsNothing() -> Bool {
        var event = pollfd(fd: descriptor, events: Self.hangUp, revents: 0)
        return poll(&event, 1, 60_000) == 1
    }

    /// Sends everything; `false` once the client is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                tls?.write($0) ?? send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Ends the script's direction only.
    func closeWriting() {
        tls?.closeNotify()
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Says goodbye as the protocol has it, if there is still somebody.
    func end() { tls?.closeNotify() }

    /// Ends both directions before the script does, without a goodbye.
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
