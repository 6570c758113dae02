package import CellWire
package import Model
package import Ports
import Synchronization

/// A container of a ``FakeEngine``, with a cell that does as it is told and remembers how it was cancelled.
package final class FakeSandbox: Sandbox {
    package let containerID: String
    package let posture: JSONValue = ["fake": true]
    private let engine: FakeEngine
    private let cancelling = Latch()

    private struct State {
        var graces: [Duration] = []
        var spools: [UpChannel: any Spool] = [:]
        var toolMayHaveRun = false
    }
    private let state = Mutex(State())

    package init(containerID: String = "c", engine: FakeEngine = FakeEngine()) {
        (self.containerID, self.engine) = (containerID, engine)
    }

    package var cancellations: [Duration] { state.withLock(\.graces) }
    package var toolMayHaveRun: Bool { get async { state.withLock(\.toolMayHaveRun) } }

    package func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try engine.steps.engine("sandbox.start")
        try engine.start(containerID)
        state.withLock { $0.spools = spools }
        return Attestation()
    }

    package func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult {
        try engine.steps.engine("sandbox.work")
        guard let container = engine.container(containerID), container.isStarted else {
            throw .cellLost(detail: "the container is gone")
        }
        if let script = engine.script { return try await follow(script) }
        return try await run(order, in: container)
    }

    package func resume(
        _ order: WorkOrder?, spools: [UpChannel: any Spool]
    ) async throws(EngineError) -> WorkResult {
        try engine.steps.engine("sandbox.resume\(order == nil ? " without order" : "")")
        state.withLock { $0.spools = spools }
        guard let container = engine.container(containerID) else {
            throw .sandboxEnded(detail: "the container is gone")
        }
        if let script = engine.script { return try await follow(script) }
        guard let order else { throw .cellLost(detail: "its order cannot be made anew") }
        return try await run(order, in: container)
    }

    package func detach() async { engine.steps.take("sandbox.detach") }

    private func follow(_ script: FakeEngine.Script) async throws(EngineError) -> WorkResult {
        state.withLock { $0.toolMayHaveRun = script.toolStarts }
        if let error = script.workError { throw error }
        for channel in UpChannel.allCases { try await spool(script.output[channel] ?? [], on: channel) }
        guard cancellations.isEmpty else { return cancelled() }
        return WorkResult(
            record: script.record, toolPosture: ToolPosture(), files: script.files, changes: script.changes)
    }

    private func run(_ order: WorkOrder, in container: FakeEngine.Container) async throws(EngineError) -> WorkResult {
        guard cancellations.isEmpty else { return cancelled() }
        state.withLock { $0.toolMayHaveRun = true }
        var tool = try await FakeTool(order)
        let world = FakeTool.World(
            clock: engine.clock, cancelling: cancelling, containerEnd: container.end, spool: spool(_:on:))
        let record = try await tool.run(in: world)
        guard engine.container(containerID) != nil else { throw .sandboxEnded(detail: "the container is gone") }
        var files: [CollectedFile] = []
        if record.cause != .notStarted {
            var offset: Int64 = 0
            for (path, bytes) in tool.collected {
                guard let bytes else {
                    files.append(CollectedFile(path: path, content: .failure(.init(word: "missing"))))
                    continue
                }
                try await spool(bytes, on: .files)
                files.append(CollectedFile(path: path, content: .success(offset..<offset + Int64(bytes.count))))
                offset += Int64(bytes.count)
            }
        }
        let posture = record.cause == .notStarted ? nil : ToolPosture()
        return WorkResult(record: record, toolPosture: posture, files: files)
    }

    /// Nothing was run.
    private func cancelled() -> WorkResult {
        var record = CellRecord()
        record.cause = .cancelled
        return WorkResult(record: record, toolPosture: ToolPosture(), files: [])
    }

    private func spool(_ bytes: [UInt8], on channel: UpChannel) async throws(EngineError) {
        guard !bytes.isEmpty else { return }
        do throws(StoreError) {
            try await state.withLock { $0.spools[channel] }?.append(bytes)
        } catch {
            throw .store(error)
        }
    }

    package func cancel(grace: Duration) {
        state.withLock { $0.graces.append(grace) }
        cancelling.open()
    }

    package func stop() async throws(EngineError) -> Bool {
        try engine.steps.engine("sandbox.stop")
        return engine.stop(containerID)
    }

    package func remove() async throws(EngineError) {
        try engine.steps.engine("sandbox.remove")
        await engine.script?.removal?.wait()
        if Task.isCancelled { throw .interrupted }
        engine.drop(containerID)
    }
}
