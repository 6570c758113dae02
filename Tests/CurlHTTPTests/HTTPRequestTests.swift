import Testing

@testable import CurlHTTP

@Suite struct HTTPRequestTests {
    @Test(
        "a target that could change the request is refused", arguments: ["", "x", "/a b", "/a\r\nX: y", "/a#b", "/é"])
    func target(text: String) {
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.get, text) }
    }

    @Test(
        "a header that could change the message is refused, and its value is not repeated",
        arguments: [("X", "secret\r\nY: z"), ("X", "secret\0"), ("", "secret"), ("A B", "secret"), ("Host", "secret")])
    func header(name: String, value: String) {
        var headers = HTTPHeaders()
        headers.append(name, value)
        let failure = #expect(throws: HTTPClientError.self) { try HTTPRequest(.get, "/", headers: headers) }
        #expect(failure?.message.contains("secret") == false)
    }

    @Test("a content type is checked like any header")
    func contentType() {
        let body = HTTPRequest.Body([], contentType: "text/plain\r\nX: y")
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.post, "/", body: body) }
    }

    @Test("only POST and DELETE carry a body", arguments: HTTPRequest.Method.allCases)
    func body(method: HTTPRequest.Method) {
        let carries = method == .post || method == .delete
        do throws(HTTPClientError) {
            _ = try HTTPRequest(method, "/", body: .init([1], contentType: "text/plain"))
            #expect(carries)
        } catch {
            #expect(!carries)
        }
    }

    @Test("a streamed body is for POST alone, has no negative length, and is sent by nothing but its own call")
    func streamedBody() async throws {
        let body = HTTPRequest.Body.streamed(contentType: "text/plain")
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.delete, "/", body: body) }
        let negative = HTTPRequest.Body.streamed(lengthBytes: -1, contentType: "text/plain")
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.post, "/", body: negative) }
        let client = try CurlClient(endpoint: .unixSocket(path: "/nowhere"))
        let request = try HTTPRequest(.post, "/", body: body)
        let failure = HTTPClientError.invalidRequest(detail: "its body needs a source")
        await #expect(throws: failure) { try await client.send(request) }
        await #expect(throws: failure) { try await client.open(request) }
        await #expect(throws: failure) { try await client.upgrade(request) }
        await #expect(throws: failure) { try await client.download(request) }
        let whole = try HTTPRequest(.post, "/", body: .init([1], contentType: "text/plain"))
        let missing = HTTPClientError.invalidRequest(detail: "it has no streamed body")
        await #expect(throws: missing) { try await client.send(whole, streaming: Pieces([])) }
        await client.shutdown()
    }

    @Test("a negative cap is refused")
    func cap() {
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.get, "/", bodyCapBytes: -1) }
    }
}
