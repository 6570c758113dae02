import Model
import TestSupport
import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    private static let obliging: ScriptedServer.Script = { connection in
        while connection.readRequest() != nil { connection.answer(200, "fine") }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var server = OpenSSL.Options()
        var authority = "ca"
        var client: String? = "client"
        var host = "127.0.0.1"
        let failure: TLSFailure?

        var testDescription: String {
            "server \(server.certificate) at \(host), authority \(authority), client \(client ?? "none"), "
                + "version \(server.newestVersion)"
        }
    }

    @Test(
        "what is wrong between client and server has its own error, for requests and for streams",
        arguments: [
            Case(failure: nil),
            Case(host: "localhost", failure: nil),
            Case(server: .init(newestVersion: OpenSSL.Options.tls12), failure: nil),
            Case(server: .init(asksForClientCertificate: false), client: nil, failure: nil),
            Case(authority: "other", failure: .untrustedAuthority),
            Case(server: .init(certificate: "stranger"), failure: .untrustedAuthority),
            Case(server: .init(certificate: "expired"), failure: .expired),
            Case(server: .init(certificate: "elsewhere"), failure: .wrongHost),
            Case(server: .init(certificate: "elsewhere"), host: "localhost", failure: .wrongHost),
            Case(client: nil, failure: .clientCertificateRequired),
            Case(client: "stranger", failure: .clientCertificateRefused),
            Case(client: "expired", failure: .clientCertificateRefused),
            Case(
                server: .init(newestVersion: OpenSSL.Options.tls12), client: "stranger",
                failure: .clientCertificateRefused),
            Case(server: .init(newestVersion: OpenSSL.Options.tls11), failure: .versionTooOld),
        ])
    func failures(_ test: Case) async throws {
        let server = try ScriptedServer(.tls, tls: test.server) { connection in
            guard let request = connection.readRequest() else { return }
            if request.lines.contains("Upgrade: tcp") {
                connection.write("HTTP/1.1 101 UPGRADED\r\n\r\nfine")
            } else {
                connection.answer(200, "fine")
            }
        }
        defer { server.stop() }
        guard case .tcp(let port) = server.listener else { return }
        let tls = try TLSSettings.trusting(authority: test.authority, client: test.client)
        let client = try CurlClient(endpoint: .tcp(host: test.host, port: port, tls: tls))
        if let expected = test.failure {
            let failure = HTTPClientError.tlsFailed(expected, address: "\(test.host):\(port)")
            await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/")) }
            await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/")) }
            #expect(server.listener.clients.isEmpty)
        } else {
            #expect(try await client.send(HTTPRequest(.get, "/")).body == Array("fine".utf8))
            let stream = try await client.upgrade(HTTPRequest(.post, "/"))
            #expect(try await stream.read() == Array("fine".utf8))
        }
        await client.shutdown()
    }

    @Test("a server that wants a certificate refuses a TLS 1.2 client without one in the handshake")
    func oldStyleRequest() async throws {
        let server = try ScriptedServer(.tls, tls: .init(newestVersion: OpenSSL.Options.tls12), script: Self.obliging)
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.listener.endpoint(.trusting(client: nil)))
        // The alert of TLS 1.2 for this says no more than that the handshake failed.
        await #expect(throws: HTTPClientError.tlsFailed(.handshakeFailed, address: client.endpoint.address)) {
            try await client.send(HTTPRequest(.get, "/"))
        }
        await client.shutdown()
    }

    @Test("a refusal that a reset overtakes is told all the same", arguments: [true, false])
    func refusalAfterReset(hasIdentity: Bool) async throws {
        let server = try ScriptedServer(.tcp) { connection in
            // A first connection that dies as if its alert were lost; then the refusal.
            if connection.number == 1 {
                _ = OpenSSL.Session(Self.context, descriptor: connection.descriptor)
                TCPSocket.resetAtClose(connection.descriptor)
                connection.shutDown()
            } else {
                _ = OpenSSL.Session(Self.strictContext, descriptor: connection.descriptor)
            }
        }
        defer { server.stop() }
        let settings = try TLSSettings.trusting(client: hasIdentity ? "stranger" : nil)
        let client = try CurlClient(endpoint: server.listener.endpoint(settings))
        let expected: TLSFailure = hasIdentity ? .clientCertificateRefused : .clientCertificateRequired
        await #expect(throws: HTTPClientError.tlsFailed(expected, address: client.endpoint.address)) {
            try await client.send(HTTPRequest(.get, "/"))
        }
        #expect(server.connections == 2)
        await client.shutdown()
    }

    private static let context = makeContext(.init(asksForClientCertificate: false))
    private static let strictContext = makeContext(.init())

    private static func makeContext(_ options: OpenSSL.Options) -> OpenSSL.Context {
        do { return try OpenSSL.Context(options) } catch { preconditionFailure("\(error)") }
    }

    @Test("settings that are no certificates are told at the first connection", arguments: [0, 1, 2])
    func unusable(which: Int) async throws {
        let server = try ScriptedServer(.tls, script: Self.obliging)
        defer { server.stop() }
        let certificates = try TestCertificates.shared.get()
        let junk = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        let settings = TLSSettings(
            authorities: which == 0 ? junk : try certificates.bytes("ca"),
            identity: .init(
                certificate: which == 1 ? junk : try certificates.bytes("client"),
                // A key that belongs to another certificate, or asks for a passphrase.
                key: try certificates.bytes(which == 2 ? "locked-key" : "server-key")))
        let client = try CurlClient(endpoint: server.listener.endpoint(settings))
        await #expect(throws: HTTPClientError.tlsFailed(.unusableSettings, address: client.endpoint.address)) {
            try await client.send(HTTPRequest(.get, "/"))
        }
        await client.shutdown()
    }

    enum Breakage: CaseIterable, Sendable {
        case plainHTTP, garbage, closesAtOnce, closesAfterHello, alert

        var failure: TLSFailure {
            switch self {
            case .plainHTTP, .garbage: .notTLS
            case .closesAtOnce, .closesAfterHello, .alert: .handshakeFailed
            }
        }

        func run(_ connection: ServerConnection) {
            if self != .closesAtOnce { _ = connection.read() }
            switch self {
            case .plainHTTP: connection.answer(400, "Client sent an HTTP request to an HTTPS server.")
            case .garbage: connection.write([UInt8](repeating: 0xFF, count: 100))
            case .closesAtOnce, .closesAfterHello: connection.shutDown()
            case .alert: connection.write([21, 3, 3, 0, 2, 2, 40])  // handshake_failure
            }
            if self != .closesAtOnce, self != .closesAfterHello { _ = connection.readsEndOfFile() }
        }
    }

    @Test("a handshake that breaks is an error at once, and leaves no descriptor", arguments: Breakage.allCases)
    func handshakeBreaks(_ breakage: Breakage) async throws {
        let server = try ScriptedServer(.tcp) { breakage.run($0) }
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.listener.endpoint(.trusting()))
        let failure = HTTPClientError.tlsFailed(breakage.failure, address: client.endpoint.address)
        await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/")) }
        await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/")) }
        #expect(server.listener.clients.isEmpty)
        await client.shutdown()
    }

    @Test("a handshake that stalls meets the connect limit", arguments: [false, true])
    func handshakeStalls(answersHalf: Bool) async throws {
        let server = try ScriptedServer(.tcp) { connection in
            if answersHalf { connection.write([22, 3, 3, 1, 0, 2]) }
            _ = connection.readsEndOfFile()
        }
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.listener.endpoint(.trusting()))
        let limit = Duration.milliseconds(100)
        let timeouts = HTTPRequest.Timeouts(connect: limit, total: .seconds(50))
        let failure = HTTPClientError.timedOut(.connect, limit: limit)
        await #expect(throws: failure) { try await client.send(HTTPRequest(.get, "/", timeouts: timeouts)) }
        await #expect(throws: failure) { try await client.upgrade(HTTPRequest(.post, "/", timeouts: timeouts)) }
        #expect(server.listener.clients.isEmpty)
        await client.shutdown()
    }

    @Test("a plain client at a TLS port gets an error that is one of HTTP")
    func plainClient() async throws {
        let server = try ScriptedServer(.tls, script: Self.obliging)
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.listener.endpoint(nil))
        let failure = await #expect(throws: HTTPClientError.self) { try await client.send(HTTPRequest(.get, "/")) }
        #expect(failure == .connectionClosed || failure?.code == .engineProtocol)
        await client.shutdown()
    }

    @Test("bytes that TLS has taken from the socket, and no poll shows, reach the reader")
    func bufferedBytes() async throws {
        // A turn of the loop, eight reads, ends in the middle of the one record, with nothing left in the socket.
        let record = 10_000
        let script: ScriptedServer.Script = { connection in
            guard connection.acceptUpgrade() else { return }
            connection.write([UInt8](repeating: 8, count: record))
            _ = connection.readsEndOfFile()
        }
        let server = try ScriptedServer(.tls, script: script)
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.endpoint(), rawReadBytes: 1000)
        let stream = try await client.upgrade(HTTPRequest(.post, "/attach"))
        var received = 0
        while received < record, let bytes = try await stream.read() { received += bytes.count }
        #expect(received == record)
        stream.close()
        await client.shutdown()
    }
}
