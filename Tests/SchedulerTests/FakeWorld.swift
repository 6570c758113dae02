import CellWire
import Hardening
import Logging
import Model
import Ports
import Scheduler
import Synchronization
import TestSupport

/// Everything around a supervisor, in memory: each call is a named step that is written down and can be made to fail.
final class FakeWorld: Sendable {
    /// A step that was told to fail.
    static let storeError = StoreError.busy(waited: .seconds(5))
    static let engineError = EngineError.timedOut(call: "POST /x", limit: .seconds(2))

    private struct State {
        var steps: [String] = []
        var failing: String?
        var hook: @Sendable (String) -> Void = { _ in }
        var jobs: [JobID: JobRecord] = [:]
        var attempts: [AttemptID: AttemptRecord] = [:]
        /// Attempts whose container is known to be gone.
        var removed: Set<AttemptID> = []
        var outcomes: [AttemptOutcome] = []
        var containers: [String: SandboxSighting] = [:]
        var spools: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())
    /// What the fake cell gives when it is asked to work.
    let script: Mutex<Script>

    struct Script {
        var record = FakeWorld.success
        var files: [CollectedFile] = [
            CollectedFile(path: JobSpec.resultFile, content: .failure(.init(word: "missing")))
        ]
        /// What comes back on the streams, before the record.
        var output: [UpChannel: [UInt8]] = [:]
        var workError: EngineError?
        var toolStarts = true
    }

    init(script: Script = Script()) { self.script = Mutex(script) }

    static var success: CellRecord {
        var record = CellRecord()
        record.exitCode = 0
        return record
    }

    // MARK: What tests ask and say

    var steps: [String] { state.withLock(\.steps) }
    var outcomes: [AttemptOutcome] { state.withLock(\.outcomes) }
    var containers: Set<String> { Set(state.withLock(\.containers.keys)) }
    func job(_ id: JobID) -> JobRecord? { state.withLock { $0.jobs[id] } }
    func attempt(_ id: AttemptID) -> AttemptRecord? { state.withLock { $0.attempts[id] } }
    func fail(_ step: String?) { state.withLock { $0.failing = step } }
    /// Calls `hook` at each step, before it takes effect.
    func onStep(_ hook: @escaping @Sendable (String) -> Void) { state.withLock { $0.hook = hook } }
    func add(_ sighting: SandboxSighting) { state.withLock { $0.containers[sighting.containerID] = sighting } }
    func add(_ job: JobRecord) { state.withLock { $0.jobs[job.id] = job } }
    func add(_ attempt: AttemptRecord) { state.withLock { $0.attempts[attempt.id] = attempt } }

    func addSpool(of attempt: AttemptID) { state.withLock { $0.spools["\(attempt)/stdout"] = [] } }
    var spoolNames: [String] { state.withLock { $0.spools.keys.sorted() } }

    // MARK: Steps

    fileprivate func step(_ name: String) -> Bool {
        let (hook, isFailing) = state.withLock { state in
            state.steps.append(name)
            return (state.hook, state.failing == name)
        }
        hook(name)
        return !isFailing
    }

    fileprivate func storeStep(_ name: String) throws(StoreError) {
        guard step("store.\(name)") else { throw Self.storeError }
    }

    fileprivate func engineStep(_ name: String) throws(EngineError) {
        guard step(name) else { throw Self.engineError }
    }

    // MARK: The parts under test

    static let installation: InstallationID = {
        var generator = SeededGenerator(seed: 1)
        return InstallationID(using: &generator)
    }()

    var supervisor: JobSupervisor {
        JobSupervisor(
            store: self, spools: self, blobs: self, engine: self, installation: Self.installation,
            ids: SeededIDs(seed: 2), wallClock: FixedWallClock(), clock: TickingClock(), logger: Self.logger)
    }

    var recovery: Recovery {
        Recovery(store: self, spools: self, engine: self, wallClock: FixedWallClock(), logger: Self.logger)
    }

    /// What a new process does with what an earlier one left: all of it, to its end.
    @discardableResult
    func goOn() async throws -> [EarlierJobs.News] {
        let news = Mutex<[EarlierJobs.News]>([])
        let earlier = EarlierJobs(
            try await recovery.run(), supervisor: supervisor, profile: { _ in try Samples.profile() },
            tell: { piece in news.withLock { $0.append(piece) } })
        await earlier.run()
        return news.withLock { $0 }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A clock that goes on by a millisecond whenever it is looked at.
struct TickingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private final class Ticks: Sendable {
        let count = Mutex(0)
    }
    private let ticks = Ticks()

    var now: Instant {
        Instant(
            offset: .milliseconds(
                ticks.count.withLock { count in
                    count += 1
                    return count
                }))
    }
    var minimumResolution: Duration { .milliseconds(1) }

    /// Short sleeps are over at once, long ones only when they are cancelled.
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let never = AsyncStream<Void>.makeStream()
        if deadline.offset > .seconds(60) { for await _ in never.stream {} }
        withExtendedLifetime(never.continuation) {}
        try Task.checkCancellation()
    }
}

// MARK: The store

extension FakeWorld: JobStore, JobReader {
    /// Moves a job as the table allows it, or throws as the real store does.
    private func move(_ id: JobID, to next: JobState) throws(StoreError) {
        let found = state.withLock { state -> JobState? in
            guard let found = state.jobs[id]?.state, found.allows(next) else {
                return state.jobs[id]?.state ?? .errored
            }
            state.jobs[id]?.state = next
            return nil
        }
        if let found { throw .conflict(id: "\(id)", expected: next.rawValue, found: found.rawValue) }
    }

    func digest(of spec: JobSpec) throws(StoreError) -> String { "sha256:s" }

    func submit(_ job: JobRecord, inputs: [Blob]) async throws(StoreError) {
        try storeStep("submit")
        add(job)
    }

    func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try storeStep("lease")
        try move(intent.attempt.job, to: .leased)
        add(
            AttemptRecord(
                id: intent.attempt, state: .creating, containerName: intent.containerName,
                profileDigest: intent.profileDigest, frameKey: intent.frameKey, createdAt: intent.at))
    }

    func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        try storeStep("markVerified")
        state.withLock {
            $0.attempts[attempt]?.state = .verified
            $0.attempts[attempt]?.containerID = containerID
            $0.attempts[attempt]?.posture = posture
        }
    }

    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError) {
        try storeStep("markWorking")
        try move(attempt.job, to: .running)
        state.withLock {
            $0.attempts[attempt]?.state = .working
            $0.attempts[attempt]?.attestation = attestation
        }
    }

    func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try storeStep("finish")
        try move(outcome.attempt.job, to: outcome.jobState)
        state.withLock {
            $0.attempts[outcome.attempt]?.state = outcome.attemptState
            $0.outcomes.append(outcome)
        }
    }

    func requeue(_ attempt: AttemptID, reason: String, at time: WallTime) async throws(StoreError) {
        try storeStep("requeue")
        try move(attempt.job, to: .ready)
        state.withLock {
            $0.attempts[attempt]?.state = .lost
            $0.attempts[attempt]?.reason = reason
        }
    }

    func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try storeStep("markAdopted")
        return state.withLock { state in
            state.attempts[attempt]?.adoptions += 1
            return state.attempts[attempt]?.adoptions ?? 0
        }
    }

    func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        try storeStep("end")
        try move(job, to: state)
    }

    func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try storeStep("markRemoved")
        state.withLock { state in
            state.removed.insert(attempt)
            if state.attempts[attempt]?.state == .collected { state.attempts[attempt]?.state = .removed }
        }
    }

    func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try storeStep("liveAttempts")
        return state.withLock { state in
            state.attempts.values.filter { !state.removed.contains($0.id) }.sorted {
                $0.containerName < $1.containerName
            }
        }
    }

    func openJobs() async throws(StoreError) -> [JobRecord] {
        try storeStep("openJobs")
        return state.withLock { state in
            state.jobs.values.filter { !$0.state.isTerminal }.sorted { "\($0.id)" < "\($1.id)" }
        }
    }

    func job(_ reference: String) async throws(StoreError) -> JobRecord { throw .notFound(reference) }
    func jobs(limit: Int) async throws(StoreError) -> [JobRecord] { [] }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        state.withLock { $0.attempts.values.filter { $0.id.job == job }.sorted { $0.id.number < $1.id.number } }
    }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] { [] }

    func cellVolume(digest: String) async throws(StoreError) -> String? { nil }
    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {}
}

// MARK: Spools and blobs

extension FakeWorld: Spools, BlobStore, BlobReader {
    private struct FakeSpool: Spool {
        let world: FakeWorld
        let name: String

        var length: Int64 { get async { Int64(world.state.withLock { $0.spools[name]?.count ?? 0 }) } }
        func append(_ bytes: [UInt8]) async throws(StoreError) {
            world.state.withLock { $0.spools[name, default: []] += bytes }
        }
        func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
            try world.storeStep("read")
            return world.state.withLock { Array(($0.spools[name] ?? []).dropFirst(Int(offset)).prefix(count)) }
        }
        func close() async { _ = world.step("spool.close") }
    }

    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        try storeStep("open \(stream.rawValue)")
        let spool = FakeSpool(world: self, name: "\(attempt)/\(stream.rawValue)")
        try await spool.append([])
        return spool
    }

    func remove(_ attempt: AttemptID) async throws(StoreError) {
        try storeStep("removeSpools")
        state.withLock { state in state.spools = state.spools.filter { !$0.key.hasPrefix("\(attempt)/") } }
    }

    func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob {
        try storeStep("makeBlob")
        let bytes = try await spool.read(from: range.lowerBound, count: range.count)
        let size = ByteCount(bytes: Int64(bytes.count))
        return Blob(
            reference: BlobReference(digest: "bytes:\(String(decoding: bytes, as: UTF8.self))", size: size),
            inlineBytes: bytes)
    }

    func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob {
        try storeStep("makeBlob")
        var bytes: [UInt8] = []
        while let piece = try await source.next() { bytes += piece }
        let size = ByteCount(bytes: Int64(bytes.count))
        return Blob(
            reference: BlobReference(digest: "bytes:\(String(decoding: bytes, as: UTF8.self))", size: size),
            inlineBytes: bytes)
    }

    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        Array(Array(reference.digest.utf8).dropFirst(6).dropFirst(Int(offset)).prefix(count))
    }

    func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] { [] }
}

// MARK: The engine

extension FakeWorld: SandboxEngine {
    func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        try engineStep("engine.pin")
        return PinnedImage(id: "sha256:1", name: name)
    }

    func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        try engineStep("engine.create")
        let id = "id of \(request.containerName)"
        add(SandboxSighting(containerID: id, name: request.containerName, attempt: request.attempt))
        return FakeSandbox(world: self, containerID: id)
    }

    func adopt(_ adoption: Adoption) -> any Sandbox {
        _ = step("engine.adopt \(adoption.number)")
        return FakeSandbox(world: self, containerID: adoption.containerID)
    }

    func sightings() async throws(EngineError) -> [SandboxSighting] {
        try engineStep("engine.sightings")
        return state.withLock { $0.containers.values.sorted { $0.name < $1.name } }
    }

    func remove(_ sighting: SandboxSighting) async throws(EngineError) {
        try engineStep("engine.remove \(sighting.name)")
        drop(sighting.containerID)
    }

    func removeStale() async throws(EngineError) { try engineStep("engine.removeStale") }

    fileprivate func drop(_ containerID: String) { state.withLock { $0.containers[containerID] = nil } }
}

/// A sandbox that does as the script says and remembers how it was cancelled.
final class FakeSandbox: Sandbox {
    let containerID: String
    let posture: JSONValue = ["fake": true]
    private let world: FakeWorld
    private let graces = Mutex<[Duration]>([])
    private let spools = Mutex<[UpChannel: any Spool]>([:])
    private let hasStarted = Mutex(false)

    init(world: FakeWorld, containerID: String = "c") { (self.world, self.containerID) = (world, containerID) }

    var cancellations: [Duration] { graces.withLock { $0 } }
    var toolMayHaveRun: Bool { get async { hasStarted.withLock { $0 } } }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation {
        try world.engineStep("sandbox.start")
        self.spools.withLock { $0 = spools }
        return Attestation()
    }

    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult {
        try world.engineStep("sandbox.work")
        return try await result()
    }

    private func result() async throws(EngineError) -> WorkResult {
        let (script, isCancelled) = (world.script.withLock { $0 }, !cancellations.isEmpty)
        hasStarted.withLock { $0 = script.toolStarts }
        if let error = script.workError { throw error }
        do throws(StoreError) {
            for (channel, bytes) in script.output {
                try await spools.withLock { $0[channel] }?.append(bytes)
            }
        } catch {
            throw .store(error)
        }
        var record = script.record
        if isCancelled {
            record.cause = .cancelled
            record.exitCode = nil
        }
        return WorkResult(record: record, toolPosture: ToolPosture(), files: isCancelled ? [] : script.files)
    }

    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult {
        try world.engineStep("sandbox.resume\(order == nil ? " without order" : "")")
        self.spools.withLock { $0 = spools }
        return try await result()
    }

    func detach() async { _ = world.step("sandbox.detach") }

    func cancel(grace: Duration) { graces.withLock { $0.append(grace) } }

    func remove() async throws(EngineError) {
        try world.engineStep("sandbox.remove")
        world.drop(containerID)
    }
}
