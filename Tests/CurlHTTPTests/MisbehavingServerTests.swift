import Glibc
import Model
import TestSupport
import Testing

@testable import CurlHTTP

/// A server that does what it should not, at every stage of a request, over each transport: each ends in the error that
/// says so, in bounded time, and leaves no descriptor.
@Suite(.timeLimit(.minutes(10))) struct MisbehavingServerTests {
    /// How a request may end.
    enum End: Sendable, Hashable {
        case closed, unreadable, tooLarge, timedOut
        case answer(Int)
        /// The connection is lost or the answer cannot be read, depending on where the cut comes.
        case closedOrUnreadable

        func matches(_ result: Result<HTTPResponse, any Error>) -> Bool {
            switch (self, result) {
            case (.answer(let status), .success(let response)): return response.status == status
            case (_, .success): return false
            case (_, .failure(let failure)):
                switch (self, failure as? HTTPClientError) {
                case (.closed, .connectionClosed), (.closedOrUnreadable, .connectionClosed),
                    (.unreadable, .protocolViolation), (.closedOrUnreadable, .protocolViolation),
                    (.tooLarge, .bodyTooLarge), (.timedOut, .timedOut(.total, _)):
                    return true
                default: return false
                }
            }
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let end: End
        var total = Duration.seconds(50)
        var bodyBytes = 3
        let script: ScriptedServer.Script

        init(
            _ name: String, _ end: End, total: Duration = .seconds(50), bodyBytes: Int = 3,
            script: @escaping ScriptedServer.Script
        ) {
            (testDescription, self.end, self.total, self.bodyBytes, self.script) = (name, end, total, bodyBytes, script)
        }

        /// Reads the request, says `text`, and closes.
        init(_ name: String, _ end: End, says text: String) {
            self.init(name, end) { connection in
                _ = connection.readRequest()
                connection.write(text)
            }
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let hangsUp = "closes at once"

    static let faults: [Fault] = [
        Fault("accepts and says nothing", .timedOut, total: .milliseconds(100)) { _ = $0.readsEndOfFile() },
        Fault(hangsUp, .closed) { $0.shutDown() },
        Fault("reads the request and closes", .closed) { _ = $0.readRequest() },
        Fault("cuts the status line", .closed, says: "HTTP/1.1 2"),
        Fault("cuts the headers", .closed, says: "\(ok)Content-Length: 5\r\nX-"),
        Fault("sends headers without end", .unreadable) { connection in
            _ = connection.readRequest()
            connection.write(ok)
            while connection.write("X-More: \(String(repeating: "x", count: 100))\r\n") {}
        },
        Fault("sends one header over the bound", .unreadable) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)X: \(String(repeating: "x", count: 1 << 20))\r\n\r\n")
        },
        Fault("sends one line without end", .unreadable) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)X: ")
            while connection.write(String(repeating: "x", count: 64 << 10)) {}
        },
        Fault("announces more than it sends", .closed, says: "\(ok)Content-Length: 10\r\n\r\n1234"),
        Fault("sends more than it announces", .answer(200), says: "\(ok)Content-Length: 4\r\n\r\n123456789"),
        Fault("announces what is no number", .closedOrUnreadable, says: "\(ok)Content-Length: many\r\n\r\n1234"),
        Fault("announces a negative length", .closedOrUnreadable, says: "\(ok)Content-Length: -5\r\n\r\n1234"),
        Fault("announces more than the cap", .tooLarge) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)Content-Length: 99999999999\r\n\r\n")
            while connection.write([UInt8](repeating: 1, count: 64 << 10)) {}
        },
        Fault(
            "sends chunks with a broken size", .closedOrUnreadable,
            says: "\(ok)Transfer-Encoding: chunked\r\n\r\nzz\r\nab"),
        Fault(
            "sends a chunk of impossible size", .closedOrUnreadable,
            says: "\(ok)Transfer-Encoding: chunked\r\n\r\n\(String(repeating: "F", count: 40))\r\nab"),
        Fault("cuts a chunk", .closed, says: "\(ok)Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
        Fault("sends chunks without end", .tooLarge) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)Transfer-Encoding: chunked\r\n\r\n")
            while connection.write("400\r\n\(String(repeating: "x", count: 1024))\r\n") {}
        },
        Fault(
            "sends no end of the chunks and closes", .closed, says: "\(ok)Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
        ),
        Fault("drips", .timedOut, total: .milliseconds(200)) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)Content-Length: 1000000\r\n\r\n")
            while connection.write("x") { usleep(2000) }
        },
        Fault("answers interim answers without end", .unreadable) { connection in
            _ = connection.readRequest()
            while connection.write("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n") {}
        },
        Fault(
            "redirects", .answer(307),
            says: "HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        Fault("resets", .closed) { connection in
            _ = connection.readHead()
            TCPSocket.resetAtClose(connection.descriptor)
            connection.shutDown()
        },
        Fault("answers before it has the body", .answer(413), bodyBytes: 8 << 20) { connection in
            _ = connection.readHead()
            connection.answer(413, "too long")
            _ = connection.readsEndOfFile()
        },
        Fault("closes in the middle of an upload", .closed, bodyBytes: 8 << 20) { connection in
            _ = connection.readHead()
            _ = connection.readExactly(1 << 20)
            connection.shutDown()
        },
        Fault("reads nothing of an upload", .timedOut, total: .milliseconds(200), bodyBytes: 64 << 20) { connection in
            _ = connection.readsNothing()
        },
        Fault("ends its own direction after half an answer", .closed) { connection in
            _ = connection.readRequest()
            connection.write("\(ok)Content-Length: 10\r\n\r\n1234")
            connection.closeWriting()
            _ = connection.readsEndOfFile()
        },
        Fault("speaks another protocol", .unreadable, says: "SSH-2.0-OpenSSH_9\r\n\r\n"),
        Fault("switches protocols unasked", .unreadable, says: "HTTP/1.1 101 Switch\r\nUpgrade: tcp\r\n\r\n"),
    ]

    @Test("a request ends with the right error, and a stream's too", arguments: faults, Transport.allCases)
    func request(_ fault: Fault, over transport: Transport) async throws {
        try await ScriptedServer.with(transport, script: fault.script) { server, client in
            let body = HTTPRequest.Body([UInt8](repeating: 1, count: fault.bodyBytes), contentType: "text/plain")
            let request = try HTTPRequest(
                .post, "/", body: body, timeouts: .init(total: fault.total), bodyCapBytes: 1 << 20)
            let result: Result<HTTPResponse, any Error>
            do {
                result = .success(try await client.send(request))
            } catch {
                result = .failure(error)
            }
            #expect(fault.end.matches(result), "\(result)")
            if case .answer = fault.end {} else { #expect(server.listener.clients.isEmpty) }
            // Over TLS a server that closes unanswered is asked once more whether it refuses us. One that has hung up before libcurl
            // looks at its Unix socket is connected to again: it seems to have had no room, and nothing was sent.
            let hungUp = transport == .unix && fault.testDescription == Self.hangsUp
            let connections = server.connections
            #expect(connections == 1 || hungUp || (transport == .tls && fault.end == .closed && connections == 2))
        }
    }

    /// Faults of an upgrade, and what each is told as; the stream's end is not part of it.
    static let refusals: [Fault] = [
        Fault("says nothing", .timedOut, total: .milliseconds(100)) { _ = $0.readsEndOfFile() },
        Fault("closes", .closed) { _ = $0.readRequest() },
        Fault("cuts the head", .closed, says: "HTTP/1.1 101 UPGR"),
        Fault("sends a head over the bound", .unreadable) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 101 UPGRADED\r\n")
            while connection.write("X-More: \(String(repeating: "x", count: 100))\r\n") {}
        },
        Fault("answers interim answers without end", .unreadable) { connection in
            _ = connection.readRequest()
            while connection.write("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n") {}
        },
        Fault("speaks another protocol", .unreadable, says: "SSH-2.0-OpenSSH_9\r\n\r\n"),
        Fault("refuses", .answer(404), says: "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"),
        Fault("refuses and cuts its reason", .answer(404), says: "HTTP/1.1 404 No\r\nContent-Length: 20\r\n\r\nno"),
        Fault("refuses with a reason without end", .answer(500)) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 500 No\r\n\r\n")
            while connection.write([UInt8](repeating: 1, count: 64 << 10)) {}
        },
        Fault(
            "redirects", .answer(307),
            says: "HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        Fault("resets", .closed) { connection in
            _ = connection.readHead()
            TCPSocket.resetAtClose(connection.descriptor)
            connection.shutDown()
        },
    ]

    @Test("an upgrade ends with the right error", arguments: refusals, Transport.allCases)
    func upgrade(_ fault: Fault, over transport: Transport) async throws {
        try await ScriptedServer.with(transport, script: fault.script) { server, client in
            let request = try HTTPRequest(.post, "/", timeouts: .init(total: fault.total))
            let failure = await #expect(throws: HTTPClientError.self) { try await client.upgrade(request) }
            if case .answer(let status) = fault.end, case .upgradeRefused(let found, _)? = failure {
                #expect(found == status)
            } else if let failure {
                #expect(fault.end.matches(.failure(failure)), "\(failure)")
            }
            #expect(server.listener.clients.isEmpty)
        }
    }

    @Test("garbage after a whole answer is never taken for the next one", arguments: Transport.allCases)
    func garbageAfterBody(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(200, "first")
            connection.write("garbage without any meaning")
            while connection.readRequest() != nil { connection.answer(200, "next") }
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            #expect(try await client.send(HTTPRequest(.get, "/")).body == Array("first".utf8))
            do {
                let second = try await client.send(HTTPRequest(.post, "/"))
                #expect(second.body == Array("first".utf8), "on a new connection")
            } catch let failure as HTTPClientError {
                #expect(failure == .connectionClosed || failure.code == .engineProtocol)
            }
        }
    }

    @Test("nobody who listens is told at once", arguments: [Transport.tcp, .tls])
    func refused(transport: Transport) async throws {
        // Held, or else the server of another test could be found there.
        let (descriptor, port) = try TCPSocket.bind()
        defer { close(descriptor) }
        let endpoint = Listener.tcp(port: port).endpoint(transport == .tls ? try .trusting() : nil)
        let client = try CurlClient(endpoint: endpoint)
        let failure = HTTPClientError.connectFailed(address: endpoint.address, reason: "Connection refused")
        await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/")) }
        await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/")) }
        await client.shutdown()
    }

    @Test("a name that nobody knows is told as such")
    func unknownName() async throws {
        // RFC 6761, 6.4: no resolver may know a name that ends so.
        let client = try CurlClient(endpoint: .tcp(host: "nothing.invalid", port: 1, tls: nil))
        await #expect(throws: HTTPClientError.nameNotResolved(address: "nothing.invalid:1")) {
            try await client.send(HTTPRequest(.get, "/", timeouts: .init(connect: .seconds(50))))
        }
        await client.shutdown()
    }

    @Test(
        "a host that would change the request's shape is refused",
        arguments: ["", "a b", "a/b", "a@b", "a#b", "a\r\nb", "a%41", String(repeating: "a", count: 254)])
    func impossibleHost(host: String) {
        #expect(throws: HTTPClientError.self) { try CurlClient(endpoint: .tcp(host: host, port: 1, tls: nil)) }
    }
}
