import Testing

@testable import ControlAPI

@Suite struct BodyDocumentTests {
    private struct Inner: Codable, Equatable {
        var count: Int
        var note: String?
    }
    private struct Outer: Codable, Equatable {
        var name: String
        var inner: [Inner]?
        var table: [String: Inner]?
    }

    private func read(_ text: String) throws -> Outer { try BodyDocument.decode(Outer.self, from: Array(text.utf8)) }

    @Test("a body of the wanted kind is read; a member that is null says nothing")
    func reads() throws {
        let value = try read(#"{"name":"x","inner":[{"count":1,"note":null}],"table":null}"#)
        #expect(value == Outer(name: "x", inner: [Inner(count: 1)]))
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            (#"{"name":"x","nmae":1}"#, "/nmae", "there is no such member"),
            (
                #"{"name":"x","inner":[{"count":1},{"count":2,"a/b~c":3}]}"#, "/inner/1/a~1b~0c",
                "there is no such member"
            ),
            (#"{"name":"x","table":{"k":{"count":1,"odd":true}}}"#, "/table/k/odd", "there is no such member"),
            (#"{"inner":[]}"#, "/name", "it is missing"),
            (#"{"name":5}"#, "/name", "it is no string"),
            (#"{"name":"x","inner":[{"count":"1"}]}"#, "/inner/0/count", "it is no whole number"),
            (#"{"name":"x","inner":{}}"#, "/inner", "it is no array"),
            (#"{"name":"x","name":"y"}"#, "", nil), ("{", "", nil), ("", "", nil), ("[]", "", "it is no object"),
        ] as [(String, String, String?)])
    func refuses(_ text: String, pointer: String, detail: String?) throws {
        let error = #expect(throws: ControlAPIError.self) { try read(text) }
        guard case .badBody(let place, let told) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(place == pointer)
        if let detail { #expect(told == detail) } else { #expect(told.hasPrefix("not JSON, line 1")) }
    }
}
