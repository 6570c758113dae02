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

    init(
        client: EngineClient, containerID: String, plan: ContainerPlan, posture: JSONValue, frameKey: UInt64,
        clock: any Clock<Duration>
    ) {
        (self.client, self.containerID, self.plan, self.posture) = (client, containerID, plan, posture)
        self.clock = clock
        session = CellSession(
            client: client, containerID: containerID, frameKey: frameKey, limits: plan.limits, clock: clock)
    }

    var toolMayHaveRun: Bool { get async { await session.toolMayHaveRun } }

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
            await within(Self.farewell, clock) { _ = try? await exchange.body() }  // ignored: it is removed in any case
        }
        await session.close()
        ending.withLock { $0 = nil }
        try await client.removeContainer(containerID)
    }
}
