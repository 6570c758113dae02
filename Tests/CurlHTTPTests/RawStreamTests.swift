import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct RawStreamTests {
    private static let echo: ScriptedServer.Script = { connection in
        if connection.acceptUpgrade() { connection.echo() }
    }

    /// Reads exactly `count` bytes, or what there is until the end.
    private static func read(_ count: Int, from stream: RawStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let more = try await stream.read() { bytes += more }
        return bytes
    }

    @Test("what follows the head belongs to the stream, wherever the server cuts", arguments: Transport.allCases)
    func bytesAfterHead(transport: Transport) async throws {
        let head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            for byte in head.utf8 { connection.write([byte]) }
            connection.write("\(request.lines.contains("Upgrade: tcp")) ")
            connection.write(request.body)
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let body = HTTPRequest.Body(Array("sent".utf8), contentType: "application/json")
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach", body: body))
            #expect(stream.head.headers["content-type"] == "application/vnd.docker.raw-stream")
            #expect(try await Self.read(100, from: stream) == Array("true sent".utf8))
            #expect(try await stream.read() == nil)
            await #expect(throws: HTTPClientError.connectionClosed) { try await stream.write([1]) }
        }
    }

    @Test("a refusal brings its status and body", arguments: [false, true])
    func refused(keepsConnection: Bool) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.answer(409, "busy")
            if keepsConnection { _ = connection.readsEndOfFile() }
        }
        try await ScriptedServer.with(script: script) { _, client in
            await #expect(throws: HTTPClientError.upgradeRefused(status: 409, body: Array("busy".utf8))) {
                try await client.upgrade(HTTPRequest(.post, "/attach"))
            }
        }
    }

    // Not over TCP: there the kernel drops the refusal if the server closes with bytes unread.
    @Test("a refusal before the whole request was read is still heard")
    func refusedEarly() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.read(upTo: 1)
            connection.answer(413, "too much")
        }
        try await ScriptedServer.with(script: script) { _, client in
            let body = HTTPRequest.Body([UInt8](repeating: 0, count: 4 << 20), contentType: "text/plain")
            await #expect(throws: HTTPClientError.upgradeRefused(status: 413, body: Array("too much".utf8))) {
                try await client.upgrade(HTTPRequest(.post, "/attach", body: body))
            }
        }
    }

    @Test("half a head is an early end, and silence after it meets the deadline", arguments: [false, true])
    func halfHead(staysOpen: Bool) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 101 UPGR")
            if staysOpen { _ = connection.readsEndOfFile() }
        }
        try await ScriptedServer.with(script: script) { _, client in
            let limit = Duration.milliseconds(80)
            let failure = staysOpen ? HTTPClientError.timedOut(.total, limit: limit) : .connectionClosed
            await #expect(throws: failure) {
                try await client.upgrade(
                    HTTPRequest(.post, "/attach", timeouts: .init(total: staysOpen ? limit : .seconds(30))))
            }
        }
    }

    @Test("the deadlines of the handshake do not end an open stream", arguments: Transport.allCases)
    func deadlinesEnd(transport: Transport) async throws {
        let limit = Duration.milliseconds(200)
        let script: ScriptedServer.Script = { connection in
            guard connection.number == 1 else { return _ = connection.readsEndOfFile() }
            if connection.acceptUpgrade() { connection.echo() }
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let timeouts = HTTPRequest.Timeouts(total: limit, idle: limit)
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach", timeouts: timeouts))
            // A request that meets the same limit later shows that it has passed.
            await #expect(throws: HTTPClientError.timedOut(.total, limit: limit)) {
                try await client.send(HTTPRequest(.get, "/", timeouts: .init(total: limit)))
            }
            try await stream.write([7])
            #expect(try await stream.read() == [7])
        }
    }

    @Test("4 MiB come back from an echo unchanged", arguments: Transport.allCases)
    func echo(transport: Transport) async throws {
        try await ScriptedServer.with(transport, script: Self.echo) { _, client in
            let sent = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"), inboundBoundBytes: sent.count)
            async let received = Self.read(sent.count, from: stream)
            for start in stride(from: 0, to: sent.count, by: 100_000) {
                try await stream.write(Array(sent[start..<min(start + 100_000, sent.count)]))
            }
            #expect(try await received == sent)
        }
    }

    @Test("a reader that does not read loses the stream and stalls nobody", arguments: Transport.allCases)
    func readerTooSlow(transport: Transport) async throws {
        let gone = OneShot<Bool>()
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            let block = [UInt8](repeating: 1, count: 64 << 10)
            var sentBytes = 0
            while sentBytes < 64 << 20, connection.write(block) { sentBytes += block.count }
            gone.settle(.success(sentBytes < 64 << 20))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"), inboundBoundBytes: 1 << 20)
            let wasGone = try await gone.value
            #expect(wasGone)
            let failure = HTTPClientError.readerTooSlow(boundBytes: 1 << 20)
            // The server may see the end a moment before we are told, and what had come until then can still be read.
            await #expect(throws: failure) { while true { _ = try await stream.read() } }
            await #expect(throws: failure) { try await stream.write([1]) }
        }
    }

    @Test(
        "a writer waits for a server that does not read, and everything arrives once it does",
        arguments: Transport.allCases)
    func backPressure(transport: Transport) async throws {
        let (reading, total) = (Gate(), 8 << 20)
        let arrived = OneShot<Int>()
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            reading.wait()
            arrived.settle(.success(connection.readExactly(total)?.count ?? 0))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
            let writing = Task {
                for _ in 0..<(total / (64 << 10)) { try await stream.write([UInt8](repeating: 9, count: 64 << 10)) }
            }
            await eventually({ stream.pipe.waitingWrites }, until: { $0 == 1 })
            reading.open()
            try await writing.value
            #expect(try await arrived.value == total)
        }
    }

    @Test("a pending read ends when the stream is closed, and the server sees it", arguments: Transport.allCases)
    func closeDuringRead(transport: Transport) async throws {
        let closed = OneShot<Bool>()
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            closed.settle(.success(connection.readsEndOfFile()))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
            let reading = Task { try await stream.read() }
            await eventually({ stream.pipe.isReadWaiting }, until: { $0 })
            stream.close()
            stream.close()
            #expect(try await reading.value == nil)
            #expect(try await stream.read() == nil)
            await #expect(throws: HTTPClientError.connectionClosed) { try await stream.write([1]) }
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }

    @Test("what was written just before the close arrives", arguments: Transport.allCases)
    func closeAfterWrite(transport: Transport) async throws {
        let arrived = OneShot<[UInt8]>()
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            var bytes: [UInt8] = []
            while case let more = connection.read(), !more.isEmpty { bytes += more }
            arrived.settle(.success(bytes))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
            try await stream.write(Array("last".utf8))
            try await stream.write(Array(" words".utf8))
            stream.close()
            #expect(try await arrived.value == Array("last words".utf8))
        }
    }

    @Test("a stream that is dropped is closed", arguments: Transport.allCases)
    func dropped(transport: Transport) async throws {
        let closed = OneShot<Bool>()
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            closed.settle(.success(connection.readsEndOfFile()))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            _ = try await client.upgrade(HTTPRequest(.post, "/attach"))
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }

    @Test("a cancelled read returns, and the next one gets every byte", arguments: Transport.allCases)
    func cancelledRead(transport: Transport) async throws {
        try await ScriptedServer.with(transport, script: Self.echo) { _, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
            let reading = Task { try await stream.read() }
            await eventually({ stream.pipe.isReadWaiting }, until: { $0 })
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            try await stream.write([1, 2, 3])
            #expect(try await stream.read() == [1, 2, 3])
        }
    }
}
