import TestSupport
import Testing

@testable import ControlAPI

@Suite struct LargeAnswerTests {
    private struct Large: RouteGroup {
        var routes: [Route] {
            [
                .get("/large") { _ in
                    ControlAnswer(
                        contentType: ControlAnswer.bytesType, body: .bytes([UInt8](repeating: 65, count: 3_000_000)))
                }
            ]
        }
    }

    @Test("an answer of many pieces arrives whole")
    func whole() async throws {
        try await ControlFixture.with(extra: [Large()]) { fixture in
            let told = try await Programs.curl(fixture.path, ["http://x/large"])
            let (head, body) = (told.output.prefix(400), told.output.suffix(3_000_000))
            #expect(head.contains("Content-Length: 3000000"))
            #expect(body.utf8.allSatisfy { $0 == 65 } && body.utf8.count == 3_000_000)
        }
    }

    @Test("a client that takes nothing of it is cut")
    func stuck() async throws {
        var bounds = ControlBounds()
        bounds.pieceOfAnswer = .milliseconds(200)
        try await ControlFixture.with(bounds: bounds, extra: [Large()]) { fixture in
            let stuck = try RawSocket(fixture.path)
            await stuck.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            let deadline = ContinuousClock.now + .seconds(60)
            while !fixture.log.all.contains(where: { $0.hasPrefix("answer cut") }), ContinuousClock.now < deadline {
                await Task.yield()
            }
            let rest = await stuck.rest()
            // Only what the kernel had taken.
            #expect(rest.utf8.count < 1_000_000)
        }
    }
}
