import Foundation
import TestSupport
import Testing

/// Daemons that are killed over a whole graph, and engines that are disturbed under it: what is left is judged by a program that trusts
/// none of what it judges (`Scripts/crash`).
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct CrashCampaignTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts/crash")

    @Test("a sample of all points: the invariants hold, every point is passed, and the checker sees what is planted")
    func sample() async throws {
        await EngineTurns.all.take()
        defer { EngineTurns.all.give() }
        var environment = ProcessInfo.processInfo.environment
        environment["DOCKER_HOST"] = "unix://\(TestEngine.socketPath)"
        environment["CAISSON_PROGRAMS"] = TestEngine.programs.path
        let campaign = try RunningCommand(
            program: Self.script, ["--at-once", "2", "sample", "few-chaos", "two", "burst"], environment: environment,
            stdin: nil)
        let outcome = try await campaign.outcome()
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
        #expect(outcome.out.contains(" runs, 0 failed, "))
    }
}
