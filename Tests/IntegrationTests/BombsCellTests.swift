import Foundation
import Model
import TestSupport
import Testing

/// Attacks on process 1, on what it says, on its folder, on other jobs, and on whoever reads the output, each beside a normal job
/// in one process of ours; what is checked of all of them stands in ``BombFixture/setOff(_:then:)``.
///
/// More of this kind: `PostureTests.inside`, `ProfileTests.refuses` (call by call), `TerminalTextTests`.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct BombsCellTests {
    @Test("process 1 is out of reach: its limits, priority, memory, descriptors and files; it obeys no signal")
    func process1() async throws {
        try await BombFixture.setOff(Bomb("process1.py", [], end: .succeeded())) { fallout in
            let id = try #require(fallout.job["id"]?.stringValue)
            let result = try await fallout.caisson.caisson("result", id)
            #expect(result.out == "{}\n", "what was not refused")
        }
    }

    /// Once they are at their limit, the kernel passes a signal on without its sender, so that it seems to come from outside.
    @Test("a tool that fills the pending signals of its user cannot make its own end look like somebody else's wish")
    func pendingSignals() async throws {
        try await BombFixture.setOff(Bomb("resources.py", "pending", end: .succeeded()))
    }

    @Test("/work cannot be removed, moved or mounted over, and nothing outside of it can be written")
    func work() async throws {
        try await BombFixture.setOff(Bomb("bombs.sh", "work", end: .succeeded(), artifacts: ["kept"])) { fallout in
            #expect(fallout.stdout == Data("armed\n".utf8), "\(String(decoding: fallout.stdout, as: UTF8.self))")
            let artifacts = fallout.job["attempts"]?.arrayValue?.last?["artifacts"]?.arrayValue
            #expect(artifacts?.first?["size_bytes"] == 5)
        }
    }

    @Test("a tool that locks /work has no result, and that is its own fault")
    func lockedWork() async throws {
        let end = Bomb.End(state: .failed, reason: "result_unreadable", limitsHit: [])
        try await BombFixture.setOff(Bomb("bombs.sh", "locked", end: end, artifacts: ["kept", "*"])) { fallout in
            let artifacts = fallout.job["attempts"]?.arrayValue?.last?["artifacts"]?.arrayValue ?? []
            #expect(Set(artifacts.compactMap { $0["problem"]?.stringValue }) == ["unreadable", "no_match"])
        }
    }

    @Test("what another job was given is nowhere that a job can look")
    func neighbours() async throws {
        let words = BombFixture.given.split(separator: "-", omittingEmptySubsequences: false)
        let pieces = words.enumerated().map { $0.offset == 0 ? String($0.element) : "-\($0.element)" }
        let bomb = Bomb("neighbours.py", pieces, end: .succeeded())
        try await BombFixture.setOff(bomb) { fallout in
            let id = try #require(fallout.job["id"]?.stringValue)
            let result = try await fallout.caisson.caisson("result", id)
            // The cell and itself.
            #expect(result.out == "{\"found\": [], \"looked\": true, \"processes\": 2}\n")
        }
    }

    @Test("control characters in output and names are kept as they are, and never reach a reader of ours as such")
    func terminal() async throws {
        let bomb = Bomb("bombs.sh", "terminal", end: .succeeded(), artifacts: ["*"])
        try await BombFixture.setOff(bomb) { fallout in
            #expect(fallout.stdout.contains(0x1B), "the bytes are the job's")
            let id = try #require(fallout.job["id"]?.stringValue)
            for words in [["show", id], ["list"], ["show", id, "-o", "json"]] {
                let told = try await fallout.caisson.start(words).outcome()
                let controls = told.out.unicodeScalars.filter {
                    $0.properties.generalCategory == .control && $0 != "\n"
                }
                #expect(controls.isEmpty, "\(words)")
            }
        }
    }
}
