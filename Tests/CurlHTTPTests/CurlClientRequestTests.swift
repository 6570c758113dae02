import Glibc
import TestSupport
import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct CurlClientRequestTests {
    @Test("an answer comes with its status, its headers in any case, and its body", arguments: Transport.allCases)
    func get(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            connection.answer(200, request.line, headers: ["X-Thing: one", "x-thing: two"])
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let response = try await client.send(HTTPRequest(.get, "/a/../b?q=%20x"))
            #expect(response.status == 200)
            #expect(response.headers["X-THING"] == "one")
            #expect(response.headers["absent"] == nil)
            #expect(String(decoding: response.body, as: UTF8.self) == "GET /a/../b?q=%20x HTTP/1.1")
        }
    }

    @Test(
        "a body arrives whole, with its type and length, and nothing asks for a 100 first", arguments: [0, 1, 3 << 20])
    func post(bodyBytes: Int) async throws {
        let body = [UInt8](repeating: 0x2A, count: bodyBytes)
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            connection.answer(201, "\(request.body == body)", headers: request.lines.dropFirst().map { "Echo-" + $0 })
        }
        try await ScriptedServer.with(script: script) { _, client in
            let request = try HTTPRequest(
                .post, "/create", headers: ["X-Empty": "", "X-Full": "yes"],
                body: .init(body, contentType: "application/json"))
            let response = try await client.send(request)
            #expect(response.status == 201)
            #expect(response.body == Array("true".utf8))
            #expect(response.headers["Echo-Content-Type"] == "application/json")
            #expect(response.headers["Echo-Content-Length"] == "\(bodyBytes)")
            #expect(response.headers["Echo-X-Empty"]?.isEmpty == true)
            #expect(response.headers["Echo-X-Full"] == "yes")
            #expect(response.headers["Echo-Expect"] == nil)
        }
    }

    @Test("a POST without a body says that its length is 0 and names no type")
    func emptyPost() async throws {
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            connection.answer(204, "", headers: request.lines.dropFirst().map { "Echo-" + $0 })
        }
        try await ScriptedServer.with(script: script) { _, client in
            let response = try await client.send(HTTPRequest(.post, "/start"))
            #expect(response.status == 204)
            #expect(response.headers["Echo-Content-Length"] == "0")
            #expect(response.headers["Echo-Content-Type"] == nil)
        }
    }

    @Test("requests one after the other share a connection", arguments: Transport.allCases)
    func keepsConnection(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            for method in HTTPRequest.Method.allCases + HTTPRequest.Method.allCases where method != .head {
                _ = try await client.send(HTTPRequest(method, "/"))
            }
            #expect(server.connections == 1)
        }
    }

    @Test("a request that needs a new connection has one, although another is kept", arguments: Transport.allCases)
    func newConnection(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil { connection.answer(200, "here") }
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            _ = try await client.send(HTTPRequest(.get, "/"))
            _ = try await client.send(HTTPRequest(.get, "/", needsNewConnection: true))
            #expect(server.connections == 2)
        }
    }

    @Test(
        "requests beside one another have connections of their own, and all are answered", arguments: Transport.allCases
    )
    func manyAtOnce(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            while let request = connection.readRequest() { connection.answer(200, request.line) }
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let response = try await client.send(HTTPRequest(.get, "/\(number)"))
                        #expect(response.body == Array("GET /\(number) HTTP/1.1".utf8))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a chunked body is joined, and its trailer is no header")
    func chunked() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            connection.write("a;x=y\r\n0123456789\r\n0\r\nLate: yes\r\n\r\n")
        }
        try await ScriptedServer.with(script: script) { _, client in
            let response = try await client.send(HTTPRequest(.get, "/"))
            #expect(response.body == Array("abc0123456789".utf8))
            #expect(response.headers["Late"] == nil)
        }
    }

    @Test("the answer to HEAD has a length and no body")
    func head() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            _ = connection.readsEndOfFile()
        }
        try await ScriptedServer.with(script: script) { _, client in
            let response = try await client.send(HTTPRequest(.head, "/"))
            #expect(response.headers["Content-Length"] == "1000")
            #expect(response.body.isEmpty)
        }
    }

    @Test("an interim answer is skipped")
    func interim() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 103 Early Hints\r\nEarly: yes\r\n\r\n")
            connection.answer(200, "late")
        }
        try await ScriptedServer.with(script: script) { _, client in
            let response = try await client.send(HTTPRequest(.get, "/"))
            #expect(response.status == 200)
            #expect(response.headers["Early"] == nil)
        }
    }

    @Test("a status of failure or redirection is an answer", arguments: [301, 304, 404, 500])
    func anyStatus(status: Int) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readRequest()
            connection.answer(status, status == 304 ? "" : "why", headers: ["Location: http://localhost/elsewhere"])
        }
        try await ScriptedServer.with(script: script) { server, client in
            let response = try await client.send(HTTPRequest(.get, "/"))
            #expect(response.status == status)
            #expect(response.body == Array((status == 304 ? "" : "why").utf8))
            #expect(server.connections == 1)
        }
    }

    @Test("a body as long as its cap passes, and one byte more does not")
    func cap() async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil { connection.answer(200, "12345678") }
        }
        try await ScriptedServer.with(script: script) { _, client in
            let response = try await client.send(HTTPRequest(.get, "/", bodyCapBytes: 8))
            #expect(response.body.count == 8)
            await #expect(throws: HTTPClientError.bodyTooLarge(capBytes: 7)) {
                try await client.send(HTTPRequest(.get, "/", bodyCapBytes: 7))
            }
        }
    }

    @Test("no socket of the client outlives an exec", arguments: Transport.allCases)
    func closedOnExec(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            guard connection.acceptUpgrade() else { return }
            connection.echo()
        }
        try await ScriptedServer.with(transport, script: script) { server, client in
            let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
            let flags = server.listener.clients.map { fcntl($0, F_GETFD) & FD_CLOEXEC }
            #expect(flags == [FD_CLOEXEC])
            stream.close()
        }
    }
}
