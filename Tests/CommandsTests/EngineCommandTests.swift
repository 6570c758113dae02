import ArgumentParser
import ControlWire
import Model
import Testing

@testable import Commands

@Suite struct EngineCommandTests {
    @Test("an engine that answers is shown with what it says; one that does not ends with status 6")
    func info() throws {
        let command = try EngineCommand.Info.parse([])
        var view = EngineView(address: "unix:///x", isReachable: true)
        (view.version, view.apiVersion, view.cgroupVersion, view.cgroupDriver) = ("20.10\u{1B}", "1.41", "2", "systemd")
        (view.ownContainers, view.otherContainers) = (2, 3)
        let well = Streams()
        let fine = try command.show(view, output: well.output())
        #expect(fine == .ok)
        #expect(well.lines.contains("version     20.10·"))
        #expect(well.lines.contains("cgroup      v2, systemd"))
        #expect(well.lines.contains("containers  2 of ours, 3 of other data folders"))
        var gone = EngineView(address: "unix:///x", isReachable: false)
        gone.problem = "It is gone."
        let unwell = Streams()
        let status = try command.show(gone, output: unwell.output())
        #expect(status == .engineUnreachable)
        #expect(unwell.lines == ["address     unix:///x", "reachable   no", "problem     It is gone."])
    }

    @Test("containers are shown with their job, and whether a row explains them")
    func containers() throws {
        let view = ContainerView(
            name: "caisson-a-b-1", id: "c", job: "k3v9x2m7q4ta", attempt: 1, state: "running",
            createdAt: WallTime(milliseconds: 0).rfc3339, isExplained: false)
        let streams = Streams()
        try EngineCommand.Containers.parse([]).show(
            [view], now: WallTime(milliseconds: 60_000), output: streams.output())
        #expect(streams.lines.last?.split(separator: " ") == ["caisson-a-b-1", "k3v9x2m7q4ta", "running", "60s", "no"])
    }

    @Test("another engine than the daemon's is told, the same one is not")
    func difference() {
        #expect(EngineDifference.line(theirs: "unix:///a", ours: "unix:///a") == nil)
        #expect(EngineDifference.line(theirs: nil, ours: "unix:///a") == nil)
        let line = EngineDifference.line(theirs: "tcp://\u{1B}a:1", ours: "unix:///b") ?? ""
        #expect(line.contains("tcp://·a:1") && line.contains("unix:///b") && line.contains("warning"))
    }
}
