import Foundation
import Model
import TestSupport
import Testing

/// Bombs of processes, threads, signals and time (`Tests/Corpus/bombs/processes.py`), each beside a normal job in one process of
/// ours; what is checked of all of them stands in ``BombFixture/setOff(_:then:)``.
///
/// More of this kind: `OutputTests.limitsHit` (each limit by itself), `PostureTests.refusedForEver`, `InterruptionTests.cellOutOfMemory`.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct BombsProcessTests {
    @Test(
        "whatever goes on for ever is ended by its clock, with everything that it has started",
        arguments: [
            Bomb("processes.py", "fork", end: .clock("pids")),
            Bomb("processes.py", "fork-deaf", end: .clock("pids", deaf: true)),
            Bomb("processes.py", "threads", end: .clock("pids")),
            Bomb("processes.py", "headless", end: .clock()),
            Bomb("processes.py", "spin", end: .clock()),
            Bomb("processes.py", "sleep", end: .clock()),
            Bomb("processes.py", "term", end: .clock(deaf: true)),
            Bomb("processes.py", "stopped", end: .clock()),
            Bomb("processes.py", "closed", end: .clock()),
            Bomb("processes.py", "signals", end: .clock(deaf: true)),
            Bomb("processes.py", "timers", end: .clock()),
            Bomb("bombs.sh", "exec", end: .clock(deaf: true)),
        ])
    func endless(_ bomb: Bomb) async throws {
        try await BombFixture.setOff(bomb)
    }

    @Test(
        "a tool that has used up all places for processes ends in its own way, and is told which limit it hit",
        arguments: [
            Bomb("processes.py", "zombies", end: .failed("pids")), Bomb("bombs.sh", "fork", end: .failed("pids")),
        ])
    func places(_ bomb: Bomb) async throws {
        try await BombFixture.setOff(bomb) { fallout in
            #expect(fallout.record["exit_code"] == 7)
        }
    }

    @Test("children of children that end are reaped: there may be more of them than there are places")
    func orphans() async throws {
        try await BombFixture.setOff(Bomb("processes.py", "orphans", end: .succeeded()))
    }

    @Test("daemons in sessions of their own that ignore every signal do not outlive the tool, and hold up nobody")
    func daemons() async throws {
        // With room for those that have ended and are not reaped yet.
        let bomb = Bomb("processes.py", "daemon", end: .succeeded(), limits: ["pids": "1024"])
        try await BombFixture.setOff(bomb) { fallout in
            #expect(fallout.record["left_behind"]?.integerValue ?? 0 > 0)
        }
    }

    @Test("what children use of the CPU is counted also if nobody waits for them")
    func unseen() async throws {
        try await BombFixture.setOff(Bomb("processes.py", "unseen", end: .succeeded())) { fallout in
            #expect(fallout.record["cpu_us"]?.integerValue ?? 0 >= 8 * 50_000)
        }
    }

    /// CPU time and wall time are those of one record: on a slow machine the share only becomes smaller.
    @Test("in five seconds a tool gets no more than its share of the CPU and a tenth of that")
    func share() async throws {
        let bomb = Bomb("processes.py", "spin", end: .clock(), run: 5000, limits: ["cpus": "0.5"])
        try await BombFixture.setOff(bomb) { fallout in
            let used = fallout.record["cpu_us"]?.integerValue ?? .max
            let took = fallout.record["run_us"]?.integerValue ?? 0
            #expect(took >= 5_000_000)
            #expect(Double(used) <= Double(took) * 0.5 * 1.1, "\(used) µs of CPU in \(took) µs")
        }
    }
}
