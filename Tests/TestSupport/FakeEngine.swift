package import CellWire
import Model
package import Ports
import Synchronization

/// An engine in memory.
///
/// Its sandboxes do what a script says, or run a few commands by ``FakeTool``.
package final class FakeEngine: SandboxEngine {
    /// One image; every other is unknown.
    package static let image = PinnedImage(id: "sha256:1", name: "shell")

    /// What the cell of every sandbox gives when it is asked to work, whatever the command.
    package struct Script: Sendable {
        package var record: CellRecord
        package var files: [CollectedFile] = [
            CollectedFile(path: JobSpec.resultFile, content: .failure(.init(word: "missing")))
        ]
        package var changes: [CollectedChange] = []
        /// What comes back on the streams, before the record.
        package var output: [UpChannel: [UInt8]] = [:]
        package var workError: EngineError?
        package var toolStarts = true
        /// What each removal waits for.
        package var removal: Latch?

        package init() {
            record = CellRecord()
            record.exitCode = 0
        }
    }

    /// A container as the engine sees it.
    struct Container {
        var sighting: SandboxSighting
        var isStarted = false
        /// Opened when the container is removed.
        let end = Latch()
    }

    /// With `nil`, the commands are run.
    let script: Script?
    let steps: Steps
    let clock: any Clock<Duration>
    private let containers = Mutex<[String: Container]>([:])
    private let created = Mutex(0)

    /// - Parameter clock: For tools that sleep, and the run clock.
    package init(script: Script? = nil, steps: Steps = Steps(), clock: any Clock<Duration> = TickingClock()) {
        (self.script, self.steps, self.clock) = (script, steps, clock)
    }

    /// The ids of all containers.
    package var containerIDs: Set<String> { Set(containers.withLock { $0.keys }) }

    /// Puts a container there as an earlier process may have left it.
    package func put(_ sighting: SandboxSighting) {
        containers.withLock { $0[sighting.containerID] = Container(sighting: sighting) }
    }

    package func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        try steps.engine("engine.pin")
        guard name == Self.image.name else { throw .imageNotFound(name: name) }
        return Self.image
    }

    package func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        try steps.engine("engine.create")
        guard request.spec.imageID == Self.image.id else { throw .imageNotFound(name: request.spec.imageName) }
        let name = request.containerName
        let container = try containers.withLock { containers throws(EngineError) in
            if let old = containers.values.first(where: { $0.sighting.name == name }) {
                // One that never ran is left over from a create whose answer was lost.
                guard !old.isStarted else {
                    throw .refused(call: "POST /containers/create", status: 409, detail: "the name is taken")
                }
                containers[old.sighting.containerID] = nil
            }
            let container = Container(
                sighting: SandboxSighting(
                    containerID: newID(for: name), name: name, attempt: request.attempt, isRunning: false))
            containers[container.sighting.containerID] = container
            return container
        }
        return FakeSandbox(containerID: container.sighting.containerID, engine: self)
    }

    /// The first container of a name has a plain id, which tests can foretell.
    private func newID(for name: String) -> String {
        let count = created.withLock { created in
            created += 1
            return created
        }
        return count == 1 ? "id of \(name)" : "id of \(name), \(count)"
    }

    package func adopt(_ adoption: Adoption) -> any Sandbox {
        steps.take("engine.adopt \(adoption.number)")
        return FakeSandbox(containerID: adoption.containerID, engine: self)
    }

    package func sightings() async throws(EngineError) -> [SandboxSighting] {
        try steps.engine("engine.sightings")
        return containers.withLock { $0.values.map(\.sighting).sorted { $0.name < $1.name } }
    }

    package func remove(_ sighting: SandboxSighting) async throws(EngineError) {
        try steps.engine("engine.remove \(sighting.name)")
        drop(sighting.containerID)
    }

    package func removeStale() async throws(EngineError) { try steps.engine("engine.removeStale") }

    // MARK: What sandboxes do to their container

    func drop(_ containerID: String) { containers.withLock { $0.removeValue(forKey: containerID) }?.end.open() }

    func container(_ containerID: String) -> Container? { containers.withLock { $0[containerID] } }

    func start(_ containerID: String) throws(EngineError) {
        try containers.withLock { containers throws(EngineError) in
            guard let container = containers[containerID] else {
                throw .refused(call: "POST /containers/{id}/start", status: 404, detail: "no such container")
            }
            guard !container.isStarted else { throw .cellProtocol(detail: "it was started before") }
            containers[containerID]?.isStarted = true
            containers[containerID]?.sighting.isRunning = true
        }
    }

    /// - Returns: whether the container is there.
    func stop(_ containerID: String) -> Bool {
        containers.withLock { containers in
            containers[containerID]?.sighting.isRunning = false
            return containers[containerID] != nil
        }
    }
}
