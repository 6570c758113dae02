import Synchronization
import Testing

@testable import Daemon

@Suite struct DaemonPhasesTests {
    private struct Broken: Error, Equatable { let name: String }

    private final class Steps: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ step: String) { all.withLock { $0.append(step) } }
        var list: [String] { all.withLock { $0 } }
    }

    @Test("what was started is undone in reverse, after an orderly end")
    func orderly() async throws {
        let steps = Steps()
        let value = try await DaemonPhases.with { phases in
            for phase in [DaemonPhase.dataFolder, .log, .database] {
                _ = try await phases.start(phase, { steps.add("+\(phase)") }, undo: { _ in steps.add("-\(phase)") })
            }
            steps.add("run")
            return 7
        }
        #expect(value == 7)
        let list = steps.list
        #expect(list == ["+dataFolder", "+log", "+database", "run", "-database", "-log", "-dataFolder"])
    }

    @Test("a phase that fails ends the start with its error, and what came before it is undone", arguments: 0...2)
    func failure(at position: Int) async {
        let steps = Steps()
        let names = [DaemonPhase.dataFolder, .log, .database]
        await #expect(throws: Broken(name: "\(names[position])")) {
            try await DaemonPhases.with { phases in
                for (index, phase) in names.enumerated() {
                    _ = try await phases.start(
                        phase,
                        {
                            guard index != position else { throw Broken(name: "\(phase)") }
                            steps.add("+\(phase)")
                        }, undo: { _ in steps.add("-\(phase)") })
                }
            }
        }
        let started = names.prefix(position).map { "\($0)" }
        let list = steps.list
        #expect(list == started.map { "+\($0)" } + started.reversed().map { "-\($0)" })
    }

    @Test("a step that cannot be undone holds up no other one, and is told if nothing worse was")
    func stubborn() async {
        let steps = Steps()
        await #expect(throws: Broken(name: "undo")) {
            try await DaemonPhases.with { phases in
                _ = try await phases.start(.dataFolder, {}, undo: { _ in steps.add("-folder") })
                _ = try await phases.start(.log, {}, undo: { _ in throw Broken(name: "undo") })
            }
        }
        let list = steps.list
        #expect(list == ["-folder"])
    }
}
