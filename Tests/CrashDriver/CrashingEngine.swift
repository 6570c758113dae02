import CellWire
import Model
import Ports

/// An engine around whose calls the process can end.
struct CrashingEngine: SandboxEngine {
    let engine: any SandboxEngine
    let crash: CrashPoint

    func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        try await crash.around(.enginePin) { () throws(EngineError) in
            try await engine.pin(image: name, within: limit)
        }
    }

    func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        try await crash.around(.engineCreate) { () throws(EngineError) in
            CrashingSandbox(sandbox: try await engine.create(request), crash: crash) as any Sandbox
        }
    }

    func adopt(_ adoption: Adoption) -> any Sandbox {
        CrashingSandbox(sandbox: engine.adopt(adoption), crash: crash)
    }

    func sightings() async throws(EngineError) -> [SandboxSighting] {
        try await crash.around(.engineSightings) { () throws(EngineError) in try await engine.sightings() }
    }

    func remove(_ sighting: SandboxSighting) async throws(EngineError) {
        try await crash.around(.engineRemove) { () throws(EngineError) in try await engine.remove(sighting) }
    }

    func removeStale() async throws(EngineError) {
        try await crash.around(.engineRemoveStale) { () throws(EngineError) in try await engine.removeStale() }
    }
}

/// A sandbox around whose steps the process can end.
struct CrashingSandbox: Sandbox {
    let sandbox: any Sandbox
    let crash: CrashPoint

    var containerID: String { sandbox.containerID }
    var posture: JSONValue { sandbox.posture }
    var toolMayHaveRun: Bool { get async { await sandbox.toolMayHaveRun } }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try await crash.around(.sandboxStart) { () throws(EngineError) in try await sandbox.start(spools: spools) }
    }

    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult {
        try await crash.around(.sandboxWork) { () throws(EngineError) in try await sandbox.work(order) }
    }

    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult {
        try await crash.around(.sandboxResume) { () throws(EngineError) in
            try await sandbox.resume(order, spools: spools)
        }
    }

    func cancel(grace: Duration) { sandbox.cancel(grace: grace) }
    func detach() async { await sandbox.detach() }

    func stop() async throws(EngineError) -> Bool {
        try await crash.around(.sandboxStop) { () throws(EngineError) in try await sandbox.stop() }
    }

    func remove() async throws(EngineError) {
        try await crash.around(.sandboxRemove) { () throws(EngineError) in try await sandbox.remove() }
    }
}
