import ControlClient
import ControlWire
import Foundation
import Glibc
import Logging
import Model
import Ports
import TestSupport
import Testing

@testable import ControlAPI

/// What any client meets, whatever program it is.
@Suite struct ControlServerTests {
    @Test("curl gets an answer, in JSON, with the request's id")
    func curl() async throws {
        try await ControlFixture.with { fixture in
            let told = try await Programs.curl(fixture.path, ["http://x/version"])
            #expect(told.status == 0)
            #expect(told.output.hasPrefix("HTTP/1.1 200 OK"))
            #expect(told.output.contains("Content-Type: application/json"))
            #expect(told.output.lowercased().contains("\r\ncaisson-request: "))
            #expect(
                told.output.hasSuffix(
                    #"{"api_version":1,"installation":"0123abcd","pid":1,"started_at":"t","version":"1.2.3"}"# + "\n"))
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let status: Int
        let code: String
        let words: String
        var testDescription: String { words }
        init(_ arguments: [String], _ status: Int, _ code: ErrorCode, _ words: String) {
            (self.arguments, self.status, self.code, self.words) = (arguments, status, code.rawValue, words)
        }
    }

    @Test(
        "what cannot be asked is refused with its reason",
        arguments: [
            Bad(["http://x/nothing"], 404, .endpointUnknown, "There is no /nothing in the control API."),
            Bad(["-X", "DELETE", "http://x/jobs"], 405, .methodNotAllowed, "DELETE is not what /jobs takes"),
            Bad(["http://x/jobs?limit=0"], 400, .invalidInput, #"limit is \"0\", which is not a whole number"#),
            Bad(["http://x/jobs?filter=state=faild"], 400, .invalidInput, "did you mean failed?"),
            Bad(
                ["http://x/jobs?limti=5"], 400, .invalidInput,
                "There is no parameter limti here; there are filter, limit"),
            Bad(["http://x/jobs/@latest?include=spec,all"], 400, .invalidInput, "include is"),
            Bad(["http://x/jobs/%ff"], 400, .invalidInput, "percent-encoded UTF-8"),
            Bad(["http://x/jobs/zzz"], 404, .notFound, "There is no zzz in the store."),
            Bad(["http://x/jobs/@latest/output?stream=stdall"], 400, .invalidInput, "one of stdout, stderr"),
            Bad(["http://x/blobs/sha256:0"], 404, .notFound, "There is no sha256:0"),
            Bad(["-d", "@/etc/services", "http://x/small"], 413, .requestTooLarge, "more than 16B"),
            Bad(["-d", #"{"a":1}"#, "http://x/small"], 400, .invalidInput, "at /a is wrong: there is no such member"),
        ])
    func refused(_ bad: Bad) async throws {
        try await ControlFixture.with(extra: [Small()]) { fixture in
            let told = try await Programs.curl(fixture.path, bad.arguments)
            let parts = told.output.components(separatedBy: "\r\n\r\n")
            #expect(parts.first?.hasPrefix("HTTP/1.1 \(bad.status) ") == true, "\(told.output)")
            let error = try JSONDecoder().decode(ErrorBody.self, from: Data((parts.last ?? "").utf8)).error
            #expect(error.code.text == bad.code)
            #expect(parts.last?.contains(bad.words) == true, "\(told.output)")
            #expect(error.remedy?.isEmpty == false)
            // The same id stands in the log, beside the code.
            let line = fixture.log.all.first {
                $0.contains("request=\(error.id)") && $0.contains("error.code=\(bad.code)")
            }
            #expect(line != nil, "\(fixture.log.all)")
        }
    }

    /// Takes a body of sixteen bytes at most, an empty object.
    private struct Small: RouteGroup {
        struct Nothing: Codable {}
        var routes: [Route] {
            [
                .post("/small") { request in
                    let bytes = try await request.body.whole(limit: 16)
                    return try .json(try BodyDocument.decode(Nothing.self, from: bytes))
                }
            ]
        }
    }

    @Test("an error that nobody foresaw is told without its inside, which stands in the log")
    func unforeseen() async throws {
        struct Secret: Error { let text = "key-4711" }
        struct Failing: RouteGroup {
            var routes: [Route] { [.get("/fail") { _ in throw Secret() }] }
        }
        try await ControlFixture.with(extra: [Failing()]) { fixture in
            let told = try await Programs.curl(fixture.path, ["http://x/fail"])
            #expect(told.output.hasPrefix("HTTP/1.1 500 "))
            #expect(told.output.contains(#""code":"internal_fault""#))
            #expect(!told.output.contains("4711"))
            #expect(fixture.log.all.contains { $0.contains("cause=Secret") })
        }
    }

    @Test("a head beyond its bounds, and one that is none, end the connection with status 400")
    func heads() async throws {
        try await ControlFixture.with { fixture in
            let long = try await Programs.curl(
                fixture.path, ["-H", "X: \(String(repeating: "x", count: 20_000))", "http://x/version"])
            #expect(long.output.hasPrefix("HTTP/1.1 400 ") || long.status != 0, "\(long.output.prefix(200))")
            let many = (0..<100).flatMap { ["-H", "X-\($0): 1"] }
            let refused = try await Programs.curl(fixture.path, many + ["http://x/version"])
            #expect(!refused.output.hasPrefix("HTTP/1.1 200"), "\(refused.output.prefix(200))")
            let socket = try RawSocket(fixture.path)
            await socket.send("this is no HTTP\r\n\r\n")
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            // Others are served all the same.
            let version = try await fixture.client.version()
            #expect(version.version == "1.2.3")
        }
    }

    @Test("a client that asks whether to send its body is told to")
    func expects() async throws {
        try await ControlFixture.with { fixture in
            let socket = try RawSocket(fixture.path)
            await socket.send(
                "POST /blobs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            let go = await socket.until("\r\n\r\n")
            #expect(go.hasPrefix("HTTP/1.1 100 "))
            await socket.send("hello")
            socket.finish()
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 201 "))
            #expect(
                answer.contains(
                    #""digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","size_bytes":5"#
                ))
        }
    }

    @Test("a client that says that it sends no more gets its answer")
    func halfClosed() async throws {
        try await ControlFixture.with { fixture in
            let socket = try RawSocket(fixture.path)
            await socket.send("GET /version HTTP/1.1\r\nHost: x\r\n\r\n")
            socket.finish()
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            #expect(answer.hasSuffix("}\n"))
        }
    }

    @Test("a connection on which nothing is asked is closed")
    func idle() async throws {
        var bounds = ControlBounds()
        bounds.idle = .milliseconds(100)
        try await ControlFixture.with(bounds: bounds) { fixture in
            let silent = try RawSocket(fixture.path)
            let nothing = await silent.rest()
            #expect(nothing.isEmpty)
            let slow = try RawSocket(fixture.path)
            await slow.send("GET /version HTTP/1.1\r\nHost: ")
            let none = await slow.rest()
            #expect(!none.contains("200 OK"))
        }
    }

    @Test("a client that stops in the middle of its body is told, and cut")
    func slowBody() async throws {
        var bounds = ControlBounds()
        bounds.pieceOfBody = .milliseconds(100)
        try await ControlFixture.with(bounds: bounds) { fixture in
            let socket = try RawSocket(fixture.path)
            await socket.send("POST /blobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegin")
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains(#""code":"request_timed_out""#))
        }
    }

    @Test(
        "a body that ends early is not taken for a whole one",
        arguments: ["Content-Length: 100", "Transfer-Encoding: chunked"])
    func cutBody(_ length: String) async throws {
        try await ControlFixture.with { fixture in
            let socket = try RawSocket(fixture.path)
            await socket.send("POST /blobs HTTP/1.1\r\nHost: x\r\n\(length)\r\n\r\n5\r\nbegin\r\n")
            socket.finish()
            let answer = await socket.rest()
            #expect(!answer.contains("201"), "\(answer)")
            #expect(try await fixture.store.stagedBlobCount == 0)
        }
    }

    @Test("another user's process is refused, even where the file would let it in", .enabled(if: getuid() == 0))
    func foreign() async throws {
        try await ControlFixture.with { fixture in
            // As somebody might who means well.
            let folder = String(fixture.path.prefix(upTo: fixture.path.lastIndex(of: "/") ?? fixture.path.endIndex))
            chmod(folder, 0o755)
            chmod(fixture.path, 0o666)
            let told = try await Programs.run(
                "/usr/bin/setpriv",
                [
                    "--reuid=65534", "--clear-groups", "/usr/bin/curl", "-s", "-i", "--unix-socket", fixture.path,
                    "http://x/version",
                ])
            #expect(told.output.hasPrefix("HTTP/1.1 403 "), "\(told.output)")
            #expect(told.output.contains(#""code":"denied""#))
            #expect(told.output.contains("User 65534 may not control this daemon"))
            #expect(told.output.lowercased().contains("connection: close"))
        }
    }

    @Test("a handler learns who asks")
    func actor() async throws {
        struct Who: RouteGroup {
            var routes: [Route] { [.get("/who") { try .json(["\($0.actor)", "\($0.actor.uid)"]) }] }
        }
        try await ControlFixture.with(extra: [Who()]) { fixture in
            let told = try await Programs.curl(fixture.path, ["http://x/who"])
            let own = try await Programs.run("/usr/bin/id", ["-un"]).output.trimmingCharacters(in: .newlines)
            #expect(told.output.hasSuffix("[\"\(own)\",\"\(getuid())\"]\n"))
        }
    }
}
