import Glibc
import Model
import Synchronization
import TestSupport
import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct CurlClientFailureTests {
    @Test("without a socket the error names the path and the system's reason")
    func noSocket() async throws {
        let path = "/tmp/caisson-curl-nothing-here.sock"
        let client = try CurlClient(endpoint: .unixSocket(path: path))
        let failure = HTTPClientError.connectFailed(address: path, reason: "No such file or directory")
        await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/")) }
        await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/")) }
        await client.shutdown()
    }

    @Test("a socket that nobody listens on any more refuses")
    func nobodyListens() async throws {
        let path = "/tmp/caisson-curl-\(getpid())-stale.sock"
        close(try UnixSocket.listen(at: path, backlog: 1))
        defer { unlink(path) }
        let client = try CurlClient(endpoint: .unixSocket(path: path))
        await #expect(throws: HTTPClientError.connectFailed(address: path, reason: "Connection refused")) {
            try await client.send(HTTPRequest(.get, "/"))
        }
        await client.shutdown()
    }

    @Test("a path that no socket can have is refused", arguments: ["", String(repeating: "x", count: 108), "a\0b"])
    func impossiblePath(path: String) {
        #expect(throws: HTTPClientError.self) { try CurlClient(endpoint: .unixSocket(path: path)) }
    }

    @Test("a full backlog is waited for until the connect timeout, and a place in it is taken")
    func fullBacklog() async throws {
        let accepting = Gate()
        let server = try ScriptedServer(.unix, backlog: 0, accepting: accepting) { connection in
            while connection.readRequest() != nil { connection.answer(200, "at last") }
        }
        defer { server.stop() }
        guard case .unix(let path) = server.listener else { return }
        let filling = UnixSocket.fillBacklog(of: path)
        let client = try CurlClient(endpoint: server.endpoint())
        async let patient = client.send(HTTPRequest(.get, "/", timeouts: .init(connect: .seconds(30))))
        let impatient = HTTPRequest.Timeouts(connect: .milliseconds(50))
        let failure = HTTPClientError.timedOut(.connect, limit: .milliseconds(50))
        await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/", timeouts: impatient)) }
        await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/", timeouts: impatient)) }
        accepting.open()
        for descriptor in filling { close(descriptor) }
        #expect(try await patient.body == Array("at last".utf8))
        await client.shutdown()
    }

    @Test("a server that never answers meets the total timeout, and its connection is closed")
    func totalTimeout() async throws {
        let closed = OneShot<Bool>()
        try await ScriptedServer.with(script: { closed.settle(.success($0.readsEndOfFile())) }) { _, client in
            let limit = Duration.milliseconds(80)
            await #expect(throws: HTTPClientError.timedOut(.total, limit: limit)) {
                try await client.send(HTTPRequest(.get, "/", timeouts: .init(total: limit)))
            }
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }

    @Test("a server that falls silent in the body meets the idle timeout")
    func idleTimeout() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
            _ = connection.readsEndOfFile()
        }
        try await ScriptedServer.with(script: script) { _, client in
            let limit = Duration.milliseconds(80)
            await #expect(throws: HTTPClientError.timedOut(.idle, limit: limit)) {
                try await client.send(HTTPRequest(.get, "/", timeouts: .init(total: .seconds(30), idle: limit)))
            }
        }
    }

    @Test(
        "a connection that ends early is told from a whole answer",
        arguments: [
            "", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        ])
    func endsEarly(sent: String) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write(sent)
        }
        try await ScriptedServer.with(script: script) { _, client in
            await #expect(throws: HTTPClientError.connectionClosed) { try await client.send(HTTPRequest(.get, "/")) }
        }
    }

    @Test(
        "what is not HTTP/1.x is a protocol violation",
        arguments: [
            "SSH-2.0-OpenSSH\r\n\r\n", "\0\u{1}\u{2}\u{3}\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 20_000))\r\n\r\n",
        ])
    func garbage(sent: String) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write(sent)
        }
        try await ScriptedServer.with(script: script) { _, client in
            let failure = await #expect(throws: HTTPClientError.self) { try await client.send(HTTPRequest(.get, "/")) }
            #expect(failure?.code == .engineProtocol, "\(String(describing: failure))")
        }
    }

    @Test("a switch of protocols that nobody asked for is a protocol violation")
    func unaskedSwitch() async throws {
        let script: ScriptedServer.Script = { connection in
            connection.acceptUpgrade()
            _ = connection.readsEndOfFile()
        }
        try await ScriptedServer.with(script: script) { _, client in
            let failure = await #expect(throws: HTTPClientError.self) { try await client.open(HTTPRequest(.get, "/")) }
            #expect(failure?.code == .engineProtocol, "\(String(describing: failure))")
        }
    }

    @Test(
        "a GET whose reused connection dies unanswered is sent again; a POST, which may have been obeyed, is not",
        arguments: Transport.allCases)
    func reusedConnectionDies(transport: Transport) async throws {
        let posts = Mutex(0)
        let script: ScriptedServer.Script = { connection in
            for turn in 1...2 {
                guard let request = connection.readRequest() else { return }
                if request.line.hasPrefix("POST") { posts.withLock { $0 += 1 } }
                if turn == 1 { connection.answer() }
            }
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            _ = try await client.send(HTTPRequest(.get, "/"))
            _ = try await client.send(HTTPRequest(.get, "/"))
            #expect(server.connections == 2)
            let post = try HTTPRequest(.post, "/", body: .init([1, 2, 3], contentType: "text/plain"))
            await #expect(throws: HTTPClientError.connectionClosed) { try await client.send(post) }
        }
        #expect(posts.withLock { $0 } == 1)
    }

    @Test(
        "a kept connection that the server closed in between is replaced, for a POST too", arguments: Transport.allCases
    )
    func keptConnectionCloses(transport: Transport) async throws {
        let closed = OneShot<Void>()
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.answer()
            connection.shutDown()
            closed.settle(.success(()))
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            _ = try await client.send(HTTPRequest(.get, "/"))
            try await closed.value
            #expect(try await client.send(HTTPRequest(.post, "/")).status == 200)
            #expect(server.connections == 2)
        }
    }
}
