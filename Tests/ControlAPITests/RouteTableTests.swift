import Testing

@testable import ControlAPI

@Suite struct RouteTableTests {
    private struct Some: RouteGroup {
        var routes: [Route] {
            [
                .get("/jobs") { _ in try .json("list") }, .get("/jobs/{id}") { _ in try .json("show") },
                .post("/jobs") { _ in try .json("submit") }, .get("/jobs/{id}/output") { _ in try .json("output") },
            ]
        }
    }

    private let table = RouteTable([Some()])

    @Test("a path finds its route, and the values of its parts")
    func finds() throws {
        let (list, none) = try table.find("GET", ["jobs"])
        #expect(list.path == "/jobs")
        #expect(none.isEmpty)
        let (output, parameters) = try table.find("GET", ["jobs", "a/b", "output"])
        #expect(output.path == "/jobs/{id}/output")
        #expect(parameters == ["id": "a/b"])
        let (submit, _) = try table.find("POST", ["jobs"])
        #expect(submit.method == "POST")
    }

    @Test("what is not there is told apart from what is asked in another way")
    func refuses() {
        #expect(throws: ControlAPIError.unknownPath("/job")) { try table.find("GET", ["job"]) }
        #expect(throws: ControlAPIError.unknownPath("/jobs/")) { try table.find("GET", ["jobs", ""]) }
        #expect(throws: ControlAPIError.unknownPath("/")) { try table.find("GET", [""]) }
        #expect(throws: ControlAPIError.wrongMethod(method: "PUT", path: "/jobs", allowed: ["GET", "POST"])) {
            try table.find("PUT", ["jobs"])
        }
    }
}

@Suite struct RequestTargetTests {
    @Test("path and query are decoded, segment by segment")
    func decodes() throws {
        let target = try RequestTarget("/jobs/a%2Fb/output?from=10&stream=std%6Fut&empty")
        #expect(target.segments == ["jobs", "a/b", "output"])
        #expect(target.query == ["from": "10", "stream": "stdout", "empty": ""])
    }

    @Test("what two readers could take differently is refused")
    func refuses() {
        #expect(throws: ControlAPIError.badParameter(name: "from", value: "2", expected: "given once")) {
            try RequestTarget("/jobs?from=1&from=2")
        }
        #expect(throws: ControlAPIError.badParameter(name: "path", value: "%zz", expected: "percent-encoded UTF-8")) {
            try RequestTarget("/%zz")
        }
        #expect(throws: ControlAPIError.unknownPath("http://x/jobs")) { try RequestTarget("http://x/jobs") }
    }
}
