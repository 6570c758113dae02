import CellWire
import CurlHTTP
import Hardening
import Model
import Ports
import Waiting
import Synchronization

/// The daemon's conversation with one cell, over one attached stream after another.
///
/// What the cell says goes into the spools before it is acknowledged; a stream that breaks is attached anew, and the cell goes
/// on from there. The socket itself is read by the HTTP client's own thread, which never waits for a disk or for us.
actor CellSession {
    /// Limits of this conversation.
    enum Limit {
        /// Attached streams that may break, one after the other, while the container runs.
        static let reattaches = 3
        /// From an attach to a running container to the first answer.
        static let firstAnswer = Duration.seconds(10)
        /// How long an engine that is down may take to come back.
        static let outage = Duration.seconds(60)
        /// Between two looks for it.
        static let outageInterval = Duration.milliseconds(500)
        /// Between two hellos to a cell that may not be reading yet.
        static let helloInterval = Duration.milliseconds(250)
        /// What the cell may need beyond the run clock and its grace: to collect, and to send what it has.
        static let collection = Duration.seconds(120)
        /// Beyond the run clock and its grace, before a look whether the container was paused.
        static let pauseCheck = Duration.seconds(5)
        /// What the cell may need beyond the grace once it is told to end the tool.
        static let cancellation = Duration.seconds(10)
        /// Bytes kept of what comes on the container's stderr: runc's words, when a start fails.
        static let diagnostics = 2048
    }

    let client: EngineClient
    let containerID: String
    let limits: Limits
    let clock: any Clock<Duration>

    var endpoint: DaemonEndpoint
    var stream: RawStream?
    var demultiplexer = StreamDemultiplexer()
    var spools: [UpChannel: any Spool] = [:]
    var spooledBytes: [UpChannel: Int64] = [:]
    var ended: Set<UpChannel> = []
    var isWelcomed = false
    var reattachesLeft = Limit.reattaches
    /// Whether the engine could not be reached for a while.
    var sawOutage = false
    /// The grace of the last cancel on this stream.
    var graceSaid: Duration?
    var toolMayHaveRun = false
    var diagnostics: [UInt8] = []
    /// What the cell has had of each channel from an earlier process: made anew, and not sent.
    var skipping: [DownChannel: UInt64] = [:]

    var reports = CellReports()

    /// Say to the pump that there may be something to write, to the feeder that there may be room and that the cell has
    /// answered, that somebody cancels, and that there is a new stream to be greeted on.
    nonisolated let writes = Signal()
    nonisolated let room = Signal()
    nonisolated let welcomes = Signal()
    nonisolated let cancels = Signal()
    nonisolated let attaches = Signal()
    nonisolated let cancelGrace = Mutex<Duration?>(nil)

    init(client: EngineClient, containerID: String, frameKey: UInt64, limits: Limits, clock: any Clock<Duration>) {
        (self.client, self.containerID, self.limits, self.clock) = (client, containerID, limits, clock)
        endpoint = DaemonEndpoint(key: frameKey)
    }

    // MARK: The start

    /// Attaches to the container, which is not started yet, and says hello.
    func attach(spools: [UpChannel: any Spool]) async throws(EngineError) {
        self.spools = spools
        try await connect()
    }

    /// What the cell attests; the start clock is kept by whoever asks.
    func attestation() async throws(EngineError) -> Attestation {
        let limit = limits.start
        try await run("the cell's attestation") { group in
            group.addTask { try await self.pump() }
            group.addTask { try await self.greet(within: limit) }
        } until: {
            $0.reports.attestation != nil
        }
        guard let attestation = reports.attestation else {
            throw .cellLost(detail: "it ended without an attestation")
        }
        return attestation
    }

    // MARK: The work

    /// Sends the work and spools everything that comes back, until the record is there and every channel has ended.
    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult {
        try await converse { try await self.feed(order) }
        return try await result()
    }

    /// Goes on with what an earlier process began; its spools hold what has come so far.
    ///
    /// - Parameter adoption: how many processes have taken the sandbox over, this one included.
    func resume(
        _ order: WorkOrder?, adoption: Int, spools: [UpChannel: any Spool]
    ) async throws(EngineError) -> WorkResult {
        self.spools = spools
        toolMayHaveRun = true
        for (channel, spool) in spools { spooledBytes[channel] = await spool.length }
        // Each process has a range of epochs of its own: all of its hellos are newer than any of an earlier one.
        endpoint = DaemonEndpoint(
            key: endpoint.key, epoch: UInt64(adoption) << 32, spooled: spooledBytes.mapValues { UInt64($0) })
        try await readReports()
        // A working cell has attested: without that the spools are gone, and what the cell was told to forget with them.
        guard reports.attestation != nil else { throw .outcomeLost }
        let state = try await inspectState()
        guard isRunning(state) else { return try await resultOfEnded(state) }
        try await connect()
        try await converse { try await self.feedOn(order) }
        return try await result()
    }

    private func converse(
        _ feed: @escaping @Sendable () async throws -> Bool
    ) async throws(EngineError) {
        let limit = limits.run + limits.grace + Limit.collection
        try await run("the cell's record") { group in
            group.addTask { try await self.pump() }
            group.addTask { try await self.greet(within: Limit.firstAnswer) }
            group.addTask { try await feed() }
            group.addTask { try await self.expire(after: limit, "no record came within \(limit.shortText)") }
            group.addTask { try await self.watchForPause() }
            group.addTask { try await self.expireWhenCancelled() }
        } until: {
            $0.ended.count == UpChannel.allCases.count
        }
    }

    private func result() async throws(EngineError) -> WorkResult {
        if let refusal = reports.refusalError { throw refusal }
        guard let record = reports.record, let files = spools[.files] else {
            throw .cellLost(detail: "its channels ended without a record")
        }
        let index = try await FileIndex.read(files)
        return WorkResult(
            record: record, toolPosture: reports.toolPosture, files: index.files, changes: index.changes)
    }

    /// Asks the cell to end the tool; said again whenever a stream had to be attached anew.
    nonisolated func cancel(grace: Duration) {
        cancelGrace.withLock { $0 = min($0 ?? grace, grace) }
        cancels.send()
        writes.send()
    }

    /// Lets the cell end; false if it is not there to hear it.
    func sayGoodbye() async -> Bool {
        guard reports.isFinal, let stream else { return false }
        endpoint.bye()
        while let bytes = endpoint.nextBytes() {
            do { try await stream.write(bytes) } catch { return false }
        }
        return true
    }

    func close() {
        stream?.close()
        stream = nil
    }

    // MARK: A conversation

    /// Reads until `isDone`, beside the helpers that `start` adds; the first error of any of them ends all.
    private func run(
        _ what: String, start: (inout ThrowingTaskGroup<Bool, any Error>) -> Void,
        until isDone: @escaping @Sendable (isolated CellSession) -> Bool
    ) async throws(EngineError) {
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                start(&group)
                group.addTask {
                    try await self.read(until: isDone)
                    return true
                }
                // Only the reader's end is the end: a feeder that is through leaves the others going.
                while let isReader = try await group.next(), !isReader {}
                group.cancelAll()
            }
        } catch let error as EngineError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch is CancellationError {
            throw .interrupted
        } catch ChannelReceiver.Violation.missing {
            throw .outcomeLost
        } catch {
            throw .cellProtocol(detail: "\(what): \(error)")
        }
    }

    private func read(until isDone: (isolated CellSession) -> Bool) async throws {
        while !isDone(self) {
            guard let stream else { throw EngineError.cellLost(detail: "the stream is closed") }
            if let bytes = try await next(of: stream) {
                try await take(bytes)
            } else {
                try await reconnect()
            }
            writes.send()
            room.send()
        }
    }

    /// The next bytes; `nil` if this stream is of no more use, whatever the reason.
    private func next(of stream: RawStream) async throws -> [UInt8]? {
        do {
            return try await stream.read()
        } catch HTTPClientError.connectionClosed {
            return nil
        }
    }
}
