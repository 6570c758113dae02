import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct HTTPExchangeTests {
    /// A server that sends a head at once, and the body once `finishing` is open.
    private static func script(finishing: Gate, closed: OneShot<Bool> = OneShot()) -> ScriptedServer.Script {
        { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            finishing.wait()
            connection.write("2\r\nok\r\n0\r\n\r\n")
            closed.settle(.success(connection.readsEndOfFile()))
        }
    }

    @Test("the head is there before the body, which every reader gets")
    func headFirst() async throws {
        let finishing = Gate()
        try await ScriptedServer.with(script: Self.script(finishing: finishing)) { _, client in
            let exchange = try await client.open(HTTPRequest(.post, "/wait"))
            #expect(exchange.head.status == 200)
            async let early = exchange.body()
            finishing.open()
            #expect(try await early == Array("ok".utf8))
            #expect(try await exchange.body() == Array("ok".utf8))
            exchange.cancel()
            #expect(try await exchange.body() == Array("ok".utf8))
        }
    }

    @Test("the total timeout goes on while the body is awaited")
    func timeout() async throws {
        let finishing = Gate()
        try await ScriptedServer.with(script: Self.script(finishing: finishing)) { _, client in
            defer { finishing.open() }
            let limit = Duration.milliseconds(80)
            let exchange = try await client.open(HTTPRequest(.post, "/wait", timeouts: .init(total: limit)))
            await #expect(throws: HTTPClientError.timedOut(.total, limit: limit)) { try await exchange.body() }
        }
    }

    @Test("a body over the cap fails after its head has come")
    func cap() async throws {
        try await ScriptedServer.with(script: Self.script(finishing: Gate(isOpen: true))) { _, client in
            let exchange = try await client.open(HTTPRequest(.post, "/wait", bodyCapBytes: 1))
            await #expect(throws: HTTPClientError.bodyTooLarge(capBytes: 1)) { try await exchange.body() }
        }
    }

    enum Ending: CaseIterable, Sendable { case cancelled, dropped, readerCancelled }

    @Test("an exchange that nobody wants any more closes its connection", arguments: Ending.allCases)
    func ends(how: Ending) async throws {
        let closed = OneShot<Bool>()
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            closed.settle(.success(connection.readsEndOfFile()))
        }
        try await ScriptedServer.with(script: script) { _, client in
            var exchange: HTTPExchange? = try await client.open(HTTPRequest(.post, "/wait"))
            switch how {
            case .dropped: exchange = nil
            case .cancelled:
                exchange?.cancel()
                await #expect(throws: CancellationError.self) { try await exchange?.body() }
            case .readerCancelled:
                let reading = Task { [exchange] in try await exchange?.body() }
                reading.cancel()
                await #expect(throws: CancellationError.self) { try await reading.value }
            }
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }
}
