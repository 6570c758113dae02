import CellWire
import CurlHTTP
import Hardening
import Model
import Ports
import Synchronization

/// One created container and the session with the cell in it.
final class DockerSandbox: Sandbox {
    let containerID: String
    let posture: JSONValue
    private let client: EngineClient
    private let plan: ContainerPlan
    private let session: CellSession
    private let clock: any Clock<Duration>
    /// The engine's own wait for the container's end, opened before the start so that no end is missed.
    private let ending = Mutex<HTTPExchange?>(nil)

    init(client: EngineClient, containerID: String, plan: ContainerPlan, posture: JSONValue, clock: any Clock<Duration>)
    {
        (self.client, self.containerID, self.plan, self.posture) = (client, containerID, plan, posture)
        self.clock = clock
        session = CellSession(client: client, containerID: containerID, limits: plan.limits, clock: clock)
    }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try await session.attach(spools: spools)
        let exchange = try await client.wait(containerID)
        ending.withLock { $0 = exchange }
        try await client.startContainer(containerID)
        let attestation = try await session.attestation()
        let differences = AttestationCheck.differences(attestation, plan: plan)
        guard differences.isEmpty else { throw .profileNotApplied(differences) }
        return attestation
    }

    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult { try await session.work(order) }

    func cancel(grace: Duration) { session.cancel(grace: grace) }

    /// How long a cell that was let go may take to end by itself, which is cheaper for the engine than a kill.
    private static let farewell = Duration.seconds(2)

    func remove() async throws(EngineError) {
        if await session.sayGoodbye(), let exchange = ending.withLock({ $0 }) {
            await within(Self.farewell, clock) { _ = try await exchange.body() }
        }
        await session.close()
        ending.withLock { $0 = nil }
        try await client.removeContainer(containerID)
    }
}

/// Runs `body` for at most `limit`; that it failed or did not end in time is for the caller's next step to find out.
private func within(
    _ limit: Duration, _ clock: any Clock<Duration>, _ body: @escaping @Sendable () async throws -> Void
) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await body() }  // ignored: the container is removed in any case
        group.addTask { try? await clock.sleep(for: limit) }  // ignored: only cancellation ends a sleep early
        await group.next()
        group.cancelAll()
    }
}
