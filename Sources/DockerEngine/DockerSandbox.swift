import CellWire
import CurlHTTP
import Hardening
import Model
import Ports
import Waiting
import Synchronization

/// One container and the session with the cell in it.
final class DockerSandbox: Sandbox {
    let containerID: String
    let posture: JSONValue
    private let client: EngineClient
    /// How it came to us.
    private enum Origin {
        case created(ContainerPlan)
        /// By how many processes before, this one included.
        case adopted(Int)
    }
    private let origin: Origin
    private let session: CellSession
    private let clock: any Clock<Duration>
    /// The engine's own wait for the container's end, opened before the start so that no end is missed.
    private let ending = Mutex<HTTPExchange?>(nil)

    /// One that was just made by `plan`.
    init(
        client: EngineClient, containerID: String, plan: ContainerPlan, posture: JSONValue, frameKey: UInt64,
        clock: any Clock<Duration>
    ) {
        (self.client, self.containerID, origin, self.posture) = (client, containerID, .created(plan), posture)
        self.clock = clock
        session = CellSession(
            client: client, containerID: containerID, frameKey: frameKey, limits: plan.limits, clock: clock)
    }

    /// One that another process made.
    init(client: EngineClient, _ adoption: Adoption, clock: any Clock<Duration>) {
        (self.client, containerID, self.clock) = (client, adoption.containerID, clock)
        (origin, posture) = (.adopted(adoption.number), adoption.posture)
        session = CellSession(
            client: client, containerID: containerID, frameKey: adoption.frameKey, limits: adoption.limits,
            clock: clock)
    }

    var toolMayHaveRun: Bool { get async { await session.toolMayHaveRun } }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        guard case .created(let plan) = origin else {
            throw .protocolViolation(call: "start", detail: "an adopted sandbox has been started")
        }
        // All of it: an engine that takes a call and then says nothing holds a job up for no longer.
        let attestation = try await underClock(.start, limit: plan.limits.start, clock) {
            () async throws(EngineError) in try await self.attest(spools)
        }
        let differences = AttestationCheck.differences(attestation, plan: plan)
        guard differences.isEmpty else { throw .profileNotApplied(differences) }
        return attestation
    }

    private func attest(_ spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try await session.attach(spools: spools)
        let exchange = try await client.wait(containerID)
        ending.withLock { $0 = exchange }
        try await client.startContainer(containerID)
        return try await session.attestation()
    }

    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult { try await session.work(order) }

    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult {
        guard case .adopted(let number) = origin else {
            throw .protocolViolation(call: "resume", detail: "a new sandbox has nothing to go on with")
        }
        return try await session.resume(order, adoption: number, spools: spools)
    }

    func detach() async { await session.close() }

    func cancel(grace: Duration) { session.cancel(grace: grace) }

    /// How long a cell that was let go may take to end by itself, which is cheaper for the engine than a kill.
    private static let farewell = Duration.seconds(2)

    func stop() async throws(EngineError) -> Bool {
        var exchange = ending.withLock { $0 }
        // One that was adopted is waited for only now; without a wait it is seen below whether it has ended.
        if exchange == nil { exchange = try? await client.wait(containerID) }  // ignored: as above
        if let exchange, await session.sayGoodbye() {
            await within(Self.farewell, clock) { _ = try? await exchange.body() }  // ignored: it is looked at below
        }
        await session.close()
        ending.withLock { $0 = nil }
        let found = try await client.inspectContainer(containerID)
        return found?["State"]?["Running"] == .bool(false)
    }

    func remove() async throws(EngineError) {
        if let exchange = ending.withLock({ $0 }), await session.sayGoodbye() {
            await within(Self.farewell, clock) { _ = try? await exchange.body() }  // ignored: it is removed in any case
        }
        await session.close()
        ending.withLock { $0 = nil }
        try await client.removeContainer(containerID)
    }
}
