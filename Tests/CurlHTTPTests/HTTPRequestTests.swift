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

    @Test("a negative cap is refused")
    func cap() {
        #expect(throws: HTTPClientError.self) { try HTTPRequest(.get, "/", bodyCapBytes: -1) }
    }
}
