import Testing

@testable import CurlHTTP

@Suite struct UpgradeHandshakeTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let wire: String
        let status: Int
        let body: String
        var testDescription: String { "\(status) \(body)" }
    }

    private static let opening = Array("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nfirst".utf8)

    @Test("an accepted upgrade hands on what follows, cut at any byte", arguments: 0...opening.count)
    func accepted(cut: Int) throws {
        var handshake = UpgradeHandshake()
        var completed = try handshake.receive(Array(Self.opening[..<cut]))
        let rest: [UInt8]
        if let done = completed {
            rest = done.rest + Self.opening[cut...]
        } else {
            completed = try handshake.receive(Array(Self.opening[cut...]))
            rest = completed?.rest ?? []
        }
        #expect(completed?.head.status == 101)
        #expect(rest == Array("first".utf8))
    }

    @Test("a 200 opens the stream only if it is of a raw type and has no framing of its own")
    func okWithRawType() throws {
        let type = "Content-Type: application/vnd.docker.multiplexed-stream; x=y\r\n"
        var raw = UpgradeHandshake()
        #expect(try raw.receive(Array("HTTP/1.1 200 OK\r\n\(type)\r\n".utf8)) != nil)
        var framed = UpgradeHandshake()
        #expect(throws: HTTPClientError.upgradeRefused(status: 200, body: [])) {
            try framed.receive(Array("HTTP/1.1 200 OK\r\n\(type)Content-Length: 0\r\n\r\n".utf8))
        }
        var other = UpgradeHandshake()
        #expect(throws: HTTPClientError.upgradeRefused(status: 200, body: [])) {
            try other.receive(Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n".utf8))
        }
    }

    static let refusals = [
        Refusal(wire: "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnopeX", status: 404, body: "nope"),
        Refusal(wire: "HTTP/1.1 304 Same\r\n\r\n", status: 304, body: ""),
        Refusal(
            wire: "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nnop\r\n1\r\ne\r\n0\r\n\r\n",
            status: 500,
            body: "nope"),
        Refusal(wire: "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", status: 500, body: ""),
        Refusal(wire: "HTTP/1.1 400 No\r\nContent-Length: many\r\n\r\nnope", status: 400, body: ""),
    ]

    @Test("a refusal is reported once it is whole, cut at any byte", arguments: refusals)
    func refused(refusal: Refusal) throws {
        let wire = Array(refusal.wire.utf8)
        for cut in 0...wire.count {
            var handshake = UpgradeHandshake()
            #expect(throws: HTTPClientError.upgradeRefused(status: refusal.status, body: Array(refusal.body.utf8))) {
                _ = try handshake.receive(Array(wire[..<cut]))
                _ = try handshake.receive(Array(wire[cut...]))
            }
        }
    }

    @Test("a refusal without an end is cut at 64 KiB")
    func longRefusal() throws {
        var handshake = UpgradeHandshake()
        #expect(try handshake.receive(Array("HTTP/1.1 500 No\r\n\r\n".utf8)) == nil)
        let piece = [UInt8](repeating: 1, count: RefusalBody.boundBytes - 1)
        #expect(try handshake.receive(piece) == nil)
        #expect(throws: HTTPClientError.upgradeRefused(status: 500, body: piece + [2])) {
            try handshake.receive([2, 3, 4])
        }
    }

    @Test("cut short, a known status says more than the reason")
    func cutShort() throws {
        var handshake = UpgradeHandshake()
        _ = try handshake.receive(Array("HTTP/1.1 500 N".utf8))
        #expect(handshake.cutShort(by: .connectionClosed) == .connectionClosed)
        _ = try handshake.receive(Array("o\r\n\r\nwhy".utf8))
        #expect(
            handshake.cutShort(by: .connectionClosed) == .upgradeRefused(status: 500, body: Array("why".utf8)))
    }

    @Test("the request is spoken as HTTP/1.1 has it")
    func request() throws {
        let body = HTTPRequest.Body(Array("{}".utf8), contentType: "application/json")
        let request = try HTTPRequest(.post, "/exec/x/start?a=b", headers: ["X-A": "b"], body: body)
        let expected =
            "POST /exec/x/start?a=b HTTP/1.1\r\nHost: [::1]:2376\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nX-A: b\r\n"
            + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        #expect(String(decoding: UpgradeHandshake.bytes(of: request, host: "[::1]:2376"), as: UTF8.self) == expected)
    }
}
