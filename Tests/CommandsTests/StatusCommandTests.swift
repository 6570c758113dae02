import ArgumentParser
import ControlWire
import Model
import Ports
import Testing

@testable import Commands

@Suite struct StatusCommandTests {
    private static func view(isWell: Bool) throws -> StatusView {
        var queue = QueueView(
            project: "default", queue: "gpu", weight: 1, limit: nil, isPaused: true,
            counts: ["ready": 3, "running": 2, "pending": 1, "retrying": 1], oldestReady: nil, held: 4)
        queue.counts["leased"] = 1
        let job = JobSummary(
            id: try JobID("k3v9x2m7q4ta"), state: .running, createdAt: WallTime(milliseconds: 1_700_000_000_000))
        var view = StatusView(queues: [queue], recent: [JobView(job)], freeBytes: 5 << 20)
        view.daemon = VersionView(
            version: "1.2.3", installation: "0123abcd", pid: 7,
            startedAt: WallTime(milliseconds: 1_700_000_000_000).rfc3339, engine: "unix:///x.sock")
        view.dispatch = StatusView.Dispatch(
            engine: isWell ? "up" : "down", isDraining: false, running: 2, slots: 8, rounds: 1, failedRounds: 0)
        view.health = HealthView([
            HealthView.Check(name: "store", isHealthy: true, message: "fine"),
            HealthView.Check(name: "engine", isHealthy: isWell, message: "It does\u{1B} not answer."),
        ])
        return view
    }

    @Test("one screen has daemon, engine, slots, disk, queues and the newest jobs")
    func screen() throws {
        let now = WallTime(milliseconds: 1_700_000_060_000)
        let lines = StatusCommand.lines(try Self.view(isWell: true), now: now)
        #expect(lines[0] == "daemon   1.2.3, process 7, up 60s")
        #expect(lines[1] == "engine   up (unix:///x.sock)")
        #expect(lines[2] == "jobs     2 of 8 slots in use")
        #expect(lines[3] == "disk     5 MiB free")
        #expect(lines[6].split(separator: " ") == ["default", "gpu", "paused", "3", "3", "2", "4"])
        #expect(lines[9].hasPrefix("k3v9x2m7q4ta  running  60s"))
        #expect(lines.count == 10)
        let nobody = StatusCommand.lines(StatusView(queues: [], recent: [], freeBytes: nil), now: now)
        #expect(nobody == ["daemon   none; the first job that is handed in starts one"])
    }

    @Test("what is not well is told, safe for a terminal, and makes the exit status 1; without a daemon it is 0")
    func unwell() throws {
        let command = try StatusCommand.parse([])
        let (well, unwell) = (try Self.view(isWell: true), try Self.view(isWell: false))
        var ends: [Commands.ExitStatus] = []
        let text = try Printed.text { output in
            for view in [well, unwell, StatusView(queues: [], recent: [], freeBytes: nil)] {
                ends.append(try command.show(view, output: output))
            }
        }
        #expect(ends == [.ok, .jobFailed, .ok])
        #expect(text.contains("UNWELL   engine: It does· not answer."))
    }

    @Test("how often it is shown has its range", arguments: ["0", "3601", "x"])
    func range(_ seconds: String) {
        #expect(throws: (any Error).self) { try StatusCommand.parse(["--watch", seconds]) }
    }
}
