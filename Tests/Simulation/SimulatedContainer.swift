import CellWire
import Model
import Ports
import Waiting

/// One container of the simulated engine, whose tool lives by the clock whether anybody follows it or not.
///
/// - Threading: that of the simulation.
// Safe because: used by the one thread that runs the simulation's executor.
final class SimulatedContainer: @unchecked Sendable {
    struct Tool {
        var endsAt: Duration
        var record: CellRecord?
        var state: JobState?
        var result: [UInt8]?
    }

    let sighting: SandboxSighting
    let script: ToolScript
    var isStarted = false
    var isCancelled = false
    /// Set from the start of the tool on.
    var tool: Tool?
    /// Whether the tool's process is gone.
    var hasEnded = false
    /// Why there will be no record.
    var loss: EngineError?
    /// Somebody who follows the tool has to look again.
    let change = Signal()

    init(_ sighting: SandboxSighting, script: ToolScript) { (self.sighting, self.script) = (sighting, script) }

    /// The tool starts.
    func begin(at now: Duration, spec: CellSpec) {
        let limit = Duration.milliseconds(spec.runMilliseconds)
        if act.what == .hang || act.what == .parent || act.duration > limit {
            var record = CellRecord()
            (record.cause, record.signal) = (.clock, 15)
            tool = Tool(endsAt: now + limit, record: record, state: .timedOut)
        } else {
            let outcome = act.what.record
            tool = Tool(
                endsAt: now + act.duration, record: outcome?.record, state: outcome?.state,
                result: act.what == .ok ? act.result.map { Array($0.utf8) } : nil)
        }
        tool?.record?.runMicroseconds = 1
    }

    /// Whether its tool waits for a job of its own.
    var waitsForChild: Bool { tool != nil && !hasEnded && !isCancelled && act.what == .parent }
    /// Whether somebody does something for it at this moment.
    // Safe because: used by the one thread that runs the simulation's executor.
    var isBeingServed = false

    private var act: ToolScript.Act { script.act(of: sighting.attempt?.number ?? 1) }

    func childHasEnded(at now: Duration) {
        guard waitsForChild else { return }
        let outcome = ToolScript.What.ok.record
        tool = Tool(endsAt: now, record: outcome?.record, state: outcome?.state)
        change.send()
    }

    /// The tool is told to end, and has `grace` for it.
    func cancel(at now: Duration, after delay: Duration) {
        isCancelled = true
        if var tool, !hasEnded, tool.endsAt > now + delay {
            var record = CellRecord()
            (record.cause, record.signal) = (.cancelled, 15)
            tool = Tool(endsAt: now + delay, record: record, state: .cancelled)
            self.tool = tool
        }
        change.send()
    }
}
