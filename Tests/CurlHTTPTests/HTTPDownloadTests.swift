import Synchronization
import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct HTTPDownloadTests {
    private static let bytes = [UInt8]((0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })

    private static func head(_ length: Int) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n" }

    @Test("the pieces together are the body, and the connection is kept", arguments: Transport.allCases)
    func whole(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil {
                connection.write(Self.head(Self.bytes.count))
                connection.write(Self.bytes)
            }
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            for _ in 0..<2 {
                let download = try await client.download(HTTPRequest(.get, "/"))
                #expect(download.head.status == 200)
                var body: [UInt8] = []
                for try await piece in download {
                    #expect((1...HTTPDownload.maxPieceBytes).contains(piece.count))
                    body += piece
                }
                let isWhole = body == Self.bytes
                #expect(isWhole)
                #expect(try await download.read() == nil)
            }
            #expect(server.connections == 1)
        }
    }

    @Test("a reader that does not read holds the server back", arguments: Transport.allCases)
    func backPressure(transport: Transport) async throws {
        let total = 64 << 20
        let sent = Mutex(0)
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write(Self.head(total))
            let piece = [UInt8](repeating: 5, count: 1 << 20)
            for _ in 0..<(total >> 20) where connection.write(piece) { sent.withLock { $0 += piece.count } }
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let download = try await client.download(HTTPRequest(.get, "/", bodyCapBytes: total))
            await eventually({ download.pipe.isLoopWaiting }, until: { $0 })
            var (received, furthest) = (0, 0)
            for try await piece in download {
                furthest = max(furthest, sent.withLock { $0 } - received)
                received += piece.count
            }
            #expect(received == total)
            // What the kernel holds of a connection comes on top: 6 MiB is its usual most for TCP.
            #expect(furthest <= DownloadPipe.boundBytes + (12 << 20))
        }
    }

    @Test("an empty body has no piece")
    func empty() async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil { connection.answer(204) }
        }
        try await ScriptedServer.with(script: script) { _, client in
            let download = try await client.download(HTTPRequest(.get, "/"))
            #expect(download.head.status == 204)
            #expect(try await download.read() == nil)
        }
    }

    @Test("a body that is cut fails after all that came of it", arguments: Transport.allCases)
    func cut(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write(Self.head(10) + "1234567")
            connection.shutDown()
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let download = try await client.download(HTTPRequest(.get, "/"))
            var body: [UInt8] = []
            await #expect(throws: HTTPClientError.connectionClosed) {
                while let piece = try await download.read() { body += piece }
            }
            #expect(body == Array("1234567".utf8))
            await #expect(throws: HTTPClientError.connectionClosed) { try await download.read() }
        }
    }

    @Test("a body over the cap fails, however slowly it is read")
    func cap() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 1, count: 64 << 10)) {}
        }
        try await ScriptedServer.with(script: script) { _, client in
            let cap = 4 << 20
            let download = try await client.download(HTTPRequest(.get, "/", bodyCapBytes: cap))
            await eventually({ download.pipe.isLoopWaiting }, until: { $0 })
            var received = 0
            await #expect(throws: HTTPClientError.bodyTooLarge(capBytes: cap)) {
                while let piece = try await download.read() { received += piece.count }
            }
            #expect(received <= cap)
        }
    }

    enum Ending: CaseIterable, Sendable { case cancelled, dropped, readerCancelled, heldBackAndDropped, clientShutDown }

    @Test("a download that nobody wants any more closes its connection", arguments: Ending.allCases)
    func ends(how: Ending) async throws {
        let closed = OneShot<Bool>()
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            if how == .heldBackAndDropped {
                while connection.write([UInt8](repeating: 1, count: 64 << 10)) {}
                closed.settle(.success(true))
            } else {
                closed.settle(.success(connection.readsEndOfFile()))
            }
        }
        try await ScriptedServer.with(script: script) { _, client in
            var download: HTTPDownload? = try await client.download(HTTPRequest(.get, "/"))
            switch how {
            case .dropped: download = nil
            case .heldBackAndDropped:
                await eventually({ download?.pipe.isLoopWaiting == true }, until: { $0 })
                download = nil
            case .cancelled:
                download?.cancel()
                await #expect(throws: CancellationError.self) { try await download?.read() }
            case .readerCancelled:
                let reading = Task { [download] in try await download?.read() }
                reading.cancel()
                await #expect(throws: CancellationError.self) { try await reading.value }
            case .clientShutDown:
                await client.shutdown()
                await #expect(throws: HTTPClientError.shutDown) { try await download?.read() }
            }
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }
}
