import ControlClient
import ControlWire
import Foundation
import Logging
import Model
import Ports
import ServiceLifecycle
import TestSupport
import Testing

@testable import ControlAPI

@Suite struct StopTests {
    /// A request that ends when the test says so.
    private struct Slow: RouteGroup {
        let begun = Latch()
        let end = Latch()
        var routes: [Route] {
            [
                .get("/slow") { _ in
                    begun.open()
                    await end.wait()
                    return try .json("done")
                },
                .get("/endless", kind: .long) { _ in
                    ControlAnswer(
                        contentType: "text/plain",
                        body: .stream { writer in
                            try await writer.write(Array("begin".utf8))
                            while true {
                                await Latch().wait()
                                try Task.checkCancellation()
                            }
                        })
                },
            ]
        }
    }

    @Test("a stop lets short requests end, ends long ones so that it shows, and takes the socket away")
    func graceful() async throws {
        try await TemporaryFolder.with { folder in
            let (path, slow, listening) = (folder.file("s"), Slow(), Latch())
            let server = ControlServer(
                path: path, routes: [slow], ids: SeededIDs(seed: 3),
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }, whenListening: { listening.open() })
            let group = ServiceGroup(
                configuration: .init(services: [server], logger: Logger(label: "g") { _ in SwiftLogNoOpLogHandler() }))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                await listening.wait()
                let (short, long) = (try RawSocket(path), try RawSocket(path))
                await short.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
                await slow.begun.wait()
                await long.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
                let beginning = await long.until("begin")
                #expect(beginning.contains("begin"))
                await group.triggerGracefulShutdown()
                let rest = await long.rest()
                #expect(!rest.contains("0\r\n\r\n"))
                slow.end.open()
                let answer = await short.rest()
                #expect(answer.hasSuffix("\"done\"\n"))
                try await tasks.waitForAll()
            }
            #expect(try folder.modes().isEmpty)
            let client = try ControlClient(socketPath: path)
            let error = await #expect(throws: ControlError.self) { try await client.version() }
            #expect(error == .unreachable(path: path, .noSocket))
            await client.shutdown()
        }
    }

    @Test("eight clients at once, each with many calls, are all served")
    func crowd() async throws {
        try await ControlFixture.with { fixture in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    let path = fixture.path
                    group.addTask {
                        let client = try ControlClient(socketPath: path)
                        for _ in 0..<25 { _ = try await client.version() }
                        await client.shutdown()
                        return 25
                    }
                }
                let served = try await group.reduce(0, +)
                #expect(served == 200)
            }
        }
    }

    @Test("the daemon is as healthy as every one of its checks")
    func health() async throws {
        let bad: AboutRoutes.HealthCheck = { HealthView.Check(name: "disk", isHealthy: false, message: "It is full.") }
        let good: AboutRoutes.HealthCheck = {
            HealthView.Check(name: "store", isHealthy: true, message: "It is there.")
        }
        try await ControlFixture.with(checks: [good]) { fixture in
            let view = try await fixture.client.health()
            #expect(view.isHealthy)
        }
        try await ControlFixture.with(checks: [good, bad]) { fixture in
            let view = try await fixture.client.health()
            #expect(!view.isHealthy)
            #expect(view.checks.map(\.name) == ["store", "disk"])
        }
    }
}
