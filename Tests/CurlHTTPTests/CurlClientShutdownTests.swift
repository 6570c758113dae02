import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct CurlClientShutdownTests {
    @Test("a shutdown fails everything under way, and all that comes after")
    func shutdown() async throws {
        let arrived = OneShot<Void>()
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            switch request.line.split(separator: " ")[1] {
            case "/head": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
            case "/stream": connection.write("HTTP/1.1 101 UPGRADED\r\n\r\n")
            default: arrived.settle(.success(()))
            }
            _ = connection.readsEndOfFile()
        }
        try await ScriptedServer.with(script: script) { _, client in
            let exchange = try await client.open(HTTPRequest(.get, "/head"))
            let stream = try await client.upgrade(HTTPRequest(.post, "/stream"))
            let sending = Task { try await client.send(HTTPRequest(.get, "/silent")) }
            let reading = Task { try await stream.read() }
            try await arrived.value
            async let first: Void = client.shutdown()
            async let second: Void = client.shutdown()
            _ = await (first, second)
            await #expect(throws: HTTPClientError.shutDown) { try await sending.value }
            await #expect(throws: HTTPClientError.shutDown) { try await reading.value }
            await #expect(throws: HTTPClientError.shutDown) { try await exchange.body() }
            await #expect(throws: HTTPClientError.shutDown) { try await stream.write([1]) }
            await #expect(throws: HTTPClientError.shutDown) { try await client.send(HTTPRequest(.get, "/")) }
            await #expect(throws: HTTPClientError.shutDown) { try await client.upgrade(HTTPRequest(.post, "/")) }
            stream.close()
        }
    }

    @Test("a client that is dropped closes the connections it kept")
    func dropped() async throws {
        let closed = OneShot<Bool>()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.answer()
            closed.settle(.success(connection.readsEndOfFile()))
        }
        defer { server.stop() }
        var client: CurlClient? = try CurlClient(endpoint: server.endpoint())
        _ = try await client?.send(HTTPRequest(.get, "/"))
        client = nil
        let wasClosed = try await closed.value
        #expect(wasClosed)
    }

    @Test("a stream keeps its client alive")
    func streamKeepsClient() async throws {
        let server = try ScriptedServer { connection in
            connection.acceptUpgrade()
            connection.echo()
        }
        defer { server.stop() }
        let stream = try await CurlClient(endpoint: server.endpoint()).upgrade(HTTPRequest(.post, "/"))
        try await stream.write([1, 2, 3])
        #expect(try await stream.read() == [1, 2, 3])
        stream.close()
    }
}
