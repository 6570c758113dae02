import Model
import Ports
import TestSupport
import Waiting

/// Everything that outlives a daemon: the engine with its containers, time, files, and the ledger.
///
/// - Threading: that of the simulation alone.
// Safe because: all of it is used by the one thread that runs the simulation's executor.
final class SimulationWorld: @unchecked Sendable {
    let clock = SimulationClock()
    var calendar: SimulationCalendar { SimulationCalendar(clock: clock) }
    let executor: SimulationExecutor
    let spools = MemorySpools()
    let blobs = MemoryBlobs()
    let ids: SeededIDs
    var generator: SeededGenerator
    private(set) var ledger = SideEffectLedger()
    private(set) var containers: [String: SimulatedContainer] = [:]
    private(set) var isEngineUp = true
    /// Of a thousand calls, how many go wrong in one way or another.
    var faultsPerThousand = 0
    /// How often something may have been written into the store.
    var writes = 0
    /// What somebody is told who asks for an id.
    private var created = 0

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        executor = SimulationExecutor(seed: generator.next())
        ids = SeededIDs(seed: generator.next())
        self.generator = generator
    }

    var time: Duration { clock.now.offset }

    func chance(perThousand: Int) -> Bool { Int.random(in: 0..<1000, using: &generator) < perThousand }
    func hasFault() -> Bool { faultsPerThousand > 0 && chance(perThousand: faultsPerThousand) }

    // MARK: Containers

    func makeContainer(named name: String, for attempt: AttemptID, script: ToolScript) -> SimulatedContainer {
        created += 1
        let container = SimulatedContainer(
            SandboxSighting(containerID: "c\(created)", name: name, attempt: attempt), script: script)
        containers[container.sighting.containerID] = container
        return container
    }

    func remove(_ id: String) {
        guard let container = containers.removeValue(forKey: id) else { return }
        settle(container)
        endTool(of: container, record: nil)
        container.change.send()
    }

    func startTool(of container: SimulatedContainer, _ begin: (SimulatedContainer) -> Void) {
        guard let attempt = container.sighting.attempt else { return }
        ledger.start(attempt, at: time)
        begin(container)
    }

    /// Brings a container's tool to where it is now.
    func settle(_ container: SimulatedContainer) {
        guard let tool = container.tool, !container.hasEnded, tool.endsAt <= time,
            let attempt = container.sighting.attempt
        else { return }
        container.hasEnded = true
        ledger.end(attempt, at: tool.endsAt, record: tool.state)
        if tool.record == nil { container.loss = .cellLost(detail: "simulated") }
    }

    private func endTool(of container: SimulatedContainer, record: JobState?) {
        guard container.tool != nil, !container.hasEnded, let attempt = container.sighting.attempt else { return }
        container.hasEnded = true
        ledger.end(attempt, at: time, record: record)
    }

    // MARK: What happens to the engine

    /// - Parameter killsContainers: whether they end with it.
    func stopEngine(killsContainers: Bool) {
        guard isEngineUp else { return }
        isEngineUp = false
        for container in inOrder {
            settle(container)
            if killsContainers, container.isStarted, !container.hasEnded || container.tool?.record != nil {
                endTool(of: container, record: nil)
                // What its cell had to say went with it.
                container.loss = .engineLost(detail: "simulated")
            }
            container.change.send()
        }
    }

    func startEngine() {
        isEngineUp = true
        for container in inOrder { container.change.send() }
    }

    /// Somebody else removes a container.
    func loseContainer() {
        guard let container = inOrder.randomElement(using: &generator) else { return }
        remove(container.sighting.containerID)
    }

    func settleAll() { for container in inOrder { settle(container) } }

    var inOrder: [SimulatedContainer] {
        containers.values.sorted { $0.sighting.containerID < $1.sighting.containerID }
    }
}
