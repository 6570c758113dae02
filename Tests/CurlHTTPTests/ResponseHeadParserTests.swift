import Testing

@testable import CurlHTTP

@Suite struct ResponseHeadParserTests {
    private static let wire = Array(
        "HTTP/1.1 100 Continue\r\nSkipped: yes\r\n\r\nHTTP/1.1 200 OK\r\nA:  one \r\nB:\r\nc: x:y\r\n\r\nrest\r\n\r\n"
            .utf8)

    @Test("the head is the same wherever the bytes are cut", arguments: 0...wire.count)
    func cut(at offset: Int) throws {
        var parser = ResponseHeadParser()
        var rest = Array(Self.wire[offset...])
        var completed = try parser.receive(Self.wire[..<offset])
        if let done = completed {
            rest = done.rest + rest
        } else {
            completed = try parser.receive(rest)
            rest = completed?.rest ?? []
        }
        let head = try #require(completed).head
        #expect(head.status == 200)
        #expect(head.headers == ["A": "one", "B": "", "c": "x:y"])
        #expect(rest == Array("rest\r\n\r\n".utf8))
    }

    @Test("byte by byte works too, and so do bare line feeds")
    func byteByByte() throws {
        var parser = ResponseHeadParser()
        var completed: ResponseHeadParser.Completed?
        for byte in "HTTP/1.0 404\nX: y\n\n".utf8 {
            #expect(completed == nil)
            completed = try parser.receive([byte])
        }
        #expect(completed == .init(head: .init(status: 404, headers: ["X": "y"]), rest: []))
    }

    @Test(
        "what is not a head is refused",
        arguments: [
            "\r\n", "HTTP/2 200\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1 099 x\r\n",
            "HTTP/1.1x200 OK\r\n",
            "HTTP/1.1 200 OK\r\n: x\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n folded: x\r\n", "HTTP/1.1 200 OK\r\nplain\r\n",
        ])
    func refused(text: String) {
        var parser = ResponseHeadParser()
        #expect(throws: HTTPClientError.self) { try parser.receive(text.utf8) }
    }

    @Test("a head may be 16 KiB long and no longer")
    func bound() throws {
        let start = "HTTP/1.1 200 OK\r\nX: "
        let fill = String(repeating: "y", count: ResponseHeadParser.boundBytes - start.utf8.count - 4)
        var parser = ResponseHeadParser()
        #expect(try parser.receive((start + fill + "\r\n\r\n").utf8) != nil)
        var strict = ResponseHeadParser()
        #expect(throws: HTTPClientError.protocolViolation(detail: "its head is longer than 16384 bytes")) {
            try strict.receive((start + fill + "y\r\n\r\n").utf8)
        }
    }
}
