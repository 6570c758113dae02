import ControlWire
import Ports
import Scheduler

/// The engine of a daemon, and its clearing up.
struct InstanceEngine: EngineDesk {
    let look: EngineLook
    let dispatcher: Dispatcher

    func engine() async -> EngineView { await look.engine() }

    func containers() async throws -> [ContainerView] { try await look.containers() }

    func reap() async throws -> ReapView {
        let findings = try await dispatcher.reap()
        return ReapView(
            removedContainers: findings.removedContainers, foreignContainers: findings.foreignContainers)
    }
}
