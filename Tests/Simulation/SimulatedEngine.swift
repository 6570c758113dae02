import CellWire
import Model
import Ports
import Waiting

/// The engine as one daemon reaches it: once that daemon is dead, nothing it asks for is done.
struct SimulatedEngine: SandboxEngine {
    let world: SimulationWorld
    let life: DaemonLife

    static let image = PinnedImage(id: "sha256:1", name: "shell")

    /// What may go wrong before anything is done.
    func enter(_ call: String) async throws(EngineError) {
        await Task.yield()
        guard life.isAlive, !Task.isCancelled else { throw .interrupted }
        guard world.isEngineUp else { throw .unreachable(address: "simulated", reason: "it is down") }
        if world.hasFault() { throw .timedOut(call: call, limit: .seconds(2)) }
    }

    /// What may go wrong after it was done.
    func leave(_ call: String) async throws(EngineError) {
        await Task.yield()
        guard life.isAlive, !Task.isCancelled else { throw .interrupted }
        if world.hasFault() { throw .timedOut(call: call, limit: .seconds(2)) }
    }

    func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        try await enter("pin")
        return Self.image
    }

    func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        try await enter("create")
        guard let script = ToolScript(command: request.spec.command) else {
            throw .imageNotFound(name: request.spec.imageName)
        }
        if let old = world.inOrder.first(where: { $0.sighting.name == request.containerName }) {
            // One that never ran is left over from a create whose answer was lost.
            guard !old.isStarted else { throw .refused(call: "create", status: 409, detail: "the name is taken") }
            world.remove(old.sighting.containerID)
        }
        let container = world.makeContainer(named: request.containerName, for: request.attempt, script: script)
        try await leave("create")
        return SimulatedSandbox(containerID: container.sighting.containerID, engine: self, isAdopted: false)
    }

    func adopt(_ adoption: Adoption) -> any Sandbox {
        SimulatedSandbox(containerID: adoption.containerID, engine: self, isAdopted: true)
    }

    func sightings() async throws(EngineError) -> [SandboxSighting] {
        try await enter("list")
        return world.inOrder.map(\.sighting)
    }

    func remove(_ sighting: SandboxSighting) async throws(EngineError) { try await remove(sighting.containerID) }

    func remove(_ id: String) async throws(EngineError) {
        try await enter("remove")
        world.remove(id)
        try await leave("remove")
    }

    func removeStale() async throws(EngineError) { try await enter("list") }
}

/// A container in the hands of one daemon.
// Safe because: used by the one thread that runs the simulation's executor.
final class SimulatedSandbox: Sandbox, @unchecked Sendable {
    let containerID: String
    let posture: JSONValue = ["simulated": true]
    private let engine: SimulatedEngine
    private let isAdopted: Bool
    // Safe because: used by the one thread that runs the simulation's executor.
    private var hasHandedOver = false

    init(containerID: String, engine: SimulatedEngine, isAdopted: Bool) {
        (self.containerID, self.engine, self.isAdopted) = (containerID, engine, isAdopted)
    }

    private var world: SimulationWorld { engine.world }
    private var container: SimulatedContainer? { world.containers[containerID] }

    var toolMayHaveRun: Bool { get async { hasHandedOver || (isAdopted && container.map { $0.tool != nil } ?? true) } }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try await engine.enter("start")
        guard let container else { throw .refused(call: "start", status: 404, detail: "no such container") }
        guard !container.isStarted else { throw .cellProtocol(detail: "it was started before") }
        container.isStarted = true
        self.spools = spools
        try await engine.leave("start")
        return Attestation()
    }

    // Safe because: as above.
    private var spools: [UpChannel: any Spool] = [:]

    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult {
        try await engine.enter("attach")
        guard let container, container.isStarted else { throw .cellLost(detail: "the container is gone") }
        return try await handOver(order, to: container)
    }

    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult {
        try await engine.enter("attach")
        self.spools = spools
        guard let container else { throw .engineLost(detail: "the container is gone") }
        if container.tool != nil || container.loss != nil { return try await follow(container) }
        guard let order else { throw .cellLost(detail: "its order cannot be made anew") }
        return try await handOver(order, to: container)
    }

    private func handOver(_ order: WorkOrder, to container: SimulatedContainer) async throws(EngineError) -> WorkResult
    {
        if container.isCancelled {
            var record = CellRecord()
            record.cause = .cancelled
            return WorkResult(record: record, toolPosture: nil, files: [])
        }
        hasHandedOver = true
        let now = world.time
        world.startTool(of: container) { $0.begin(at: now, spec: order.spec) }
        return try await follow(container)
    }

    private func follow(_ container: SimulatedContainer) async throws(EngineError) -> WorkResult {
        while true {
            guard engine.life.isAlive, !Task.isCancelled else { throw .interrupted }
            world.settle(container)
            if world.isEngineUp {
                if let loss = container.loss { throw loss }
                guard self.container != nil else { throw .sandboxEnded(detail: "the container is gone") }
                if container.hasEnded, let tool = container.tool, let record = tool.record {
                    return try await collect(record, tool.result)
                }
            }
            // One that is removed while the engine is down is told nothing when it comes up again: it has to look.
            let wait = container.hasEnded ? .seconds(60) : (container.tool?.endsAt ?? world.time) - world.time
            // ignored: who is cancelled sees it above
            _ = await within(wait, world.clock) { [change = container.change] in try? await change.wait() }
        }
    }

    private func collect(_ record: CellRecord, _ result: [UInt8]?) async throws(EngineError) -> WorkResult {
        guard let result, let spool = spools[.files] else {
            return WorkResult(
                record: record, toolPosture: ToolPosture(),
                files: [CollectedFile(path: JobSpec.resultFile, content: .failure(.init(word: "missing")))])
        }
        do throws(StoreError) {
            // An earlier daemon may have had it already.
            if await spool.length == 0 { try await spool.append(result) }
        } catch {
            throw .store(error)
        }
        return WorkResult(
            record: record, toolPosture: ToolPosture(),
            files: [CollectedFile(path: JobSpec.resultFile, content: .success(0..<Int64(result.count)))])
    }

    func cancel(grace: Duration) {
        guard engine.life.isAlive, let container else { return }
        world.settle(container)
        let longest = grace.wholeMilliseconds
        let delay = longest > 0 ? Int64.random(in: longest / 2...longest, using: &world.generator) : 0
        container.cancel(at: world.time, after: .milliseconds(delay))
    }

    func detach() async {}

    func remove() async throws(EngineError) { try await engine.remove(containerID) }
}
