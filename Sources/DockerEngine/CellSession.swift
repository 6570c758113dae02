import CellWire
import CurlHTTP
import Hardening
import Model
import Ports
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
        /// Between two hellos to a cell that may not be reading yet.
        static let helloInterval = Duration.milliseconds(250)
        /// What the cell may need beyond the run clock and its grace: to collect, and to send what it has.
        static let collection = Duration.seconds(120)
        /// What the cell may need beyond the grace once it is told to end the tool.
        static let cancellation = Duration.seconds(10)
        /// Bytes kept of what comes on the container's stderr: runc's words, when a start fails.
        static let diagnostics = 2048
    }

    private let client: EngineClient
    private let containerID: String
    private let limits: Limits
    private let clock: any Clock<Duration>

    private var endpoint: DaemonEndpoint
    private var stream: RawStream?
    private var demultiplexer = StreamDemultiplexer()
    private var spools: [UpChannel: any Spool] = [:]
    private var spooledBytes: [UpChannel: Int64] = [:]
    private var ended: Set<UpChannel> = []
    private var isWelcomed = false
    private var reattachesLeft = Limit.reattaches
    /// The grace of the last cancel on this stream.
    private var graceSaid: Duration?
    private(set) var toolMayHaveRun = false
    private var diagnostics: [UInt8] = []

    private var reports = CellReports()

    /// Say to the pump that there may be something to write, to the feeder that there may be room, that somebody cancels, and
    /// that there is a new stream to be greeted on.
    private nonisolated let writes = Signal()
    private nonisolated let room = Signal()
    private nonisolated let cancels = Signal()
    private nonisolated let attaches = Signal()
    private nonisolated let cancelGrace = Mutex<Duration?>(nil)

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

    /// What the cell attests, within the start clock.
    func attestation() async throws(EngineError) -> Attestation {
        let limit = limits.start
        try await run("the cell's attestation") { group in
            group.addTask { try await self.pump() }
            group.addTask { try await self.greet(within: limit) }
            group.addTask { try await self.expire(after: limit, "no attestation came within \(limit.shortText)") }
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
        let limit = limits.run + limits.grace + Limit.collection
        try await run("the cell's record") { group in
            group.addTask { try await self.pump() }
            group.addTask { try await self.greet(within: Limit.firstAnswer) }
            group.addTask { try await self.feed(order) }
            group.addTask { try await self.expire(after: limit, "no record came within \(limit.shortText)") }
            group.addTask { try await self.expireWhenCancelled() }
        } until: {
            $0.ended.count == UpChannel.allCases.count
        }
        if let refusal = reports.refusalError { throw refusal }
        guard let record = reports.record, let files = spools[.files] else {
            throw .cellLost(detail: "its channels ended without a record")
        }
        let index = try await FileIndex.read(files)
        return WorkResult(record: record, toolPosture: reports.toolPosture, files: index)
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

    // MARK: Tasks of a conversation

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

    /// Writes what the endpoint has to say.
    ///
    /// It alone takes frames from it: those of one channel must not change places.
    private func pump() async throws -> Bool {
        while true {
            if let grace = cancelGrace.withLock({ $0 }), isWelcomed, graceSaid.map({ grace < $0 }) ?? true {
                graceSaid = grace
                endpoint.cancel(graceMilliseconds: UInt32(clamping: grace.wholeMilliseconds))
            }
            while let stream, let bytes = endpoint.nextBytes() {
                do {
                    try await stream.write(bytes)
                } catch is HTTPClientError {
                    break  // the reader finds the stream's end, and the cell is sent again what it did not get
                }
            }
            try await writes.wait()
        }
    }

    /// Says hello on each new stream until it is answered: a cell that is still starting does not read yet, and what is said
    /// on a stream that breaks is lost.
    private func greet(within limit: Duration) async throws -> Bool {
        while true {
            try await attaches.wait()
            var waited = Duration.zero
            while !isWelcomed {
                try await clock.sleep(for: Limit.helloInterval)
                waited += Limit.helloInterval
                guard waited < limit else {
                    throw EngineError.cellLost(detail: "no answer came within \(limit.shortText) of the attach")
                }
                guard !isWelcomed, let stream else { continue }
                do {
                    try await stream.write(endpoint.hello)
                } catch is HTTPClientError {
                    continue  // the reader finds the stream's end, and attaches anew
                }
            }
        }
    }

    private func feed(_ order: WorkOrder) async throws -> Bool {
        try await send(.orders, CellOrder.spec(order.spec).message.encoded)
        for input in order.files {
            let file = input.file
            let begin = CellOrder.file(path: file.path, size: Int(file.size.bytes), isExecutable: file.isExecutable)
            try await send(.orders, begin.message.encoded)
            while let bytes = try await input.source.next() {
                for start in stride(from: 0, to: bytes.count, by: CellWire.fileChunk) {
                    let piece = Array(bytes[start..<min(start + CellWire.fileChunk, bytes.count)])
                    try await send(.orders, CellOrder.fileData(piece).message.encoded)
                }
            }
        }
        toolMayHaveRun = true
        try await send(.orders, CellOrder.start.message.encoded)
        endpoint.finish(.orders)
        if let stdin = order.stdin {
            while let bytes = try await stdin.next() { try await send(.stdin, bytes) }
        }
        endpoint.finish(.stdin)
        writes.send()
        return false
    }

    /// Hands bytes to the endpoint as there is room for them.
    private func send(_ channel: DownChannel, _ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let space = endpoint.room(channel)
            if space > 0 {
                endpoint.send(channel, rest.prefix(space))
                rest = rest.dropFirst(space)
                writes.send()
            } else {
                try await room.wait()
            }
        }
    }

    private func expire(after limit: Duration, _ detail: String) async throws -> Bool {
        try await clock.sleep(for: limit)
        throw EngineError.cellLost(detail: detail)
    }

    private func expireWhenCancelled() async throws -> Bool {
        try await cancels.wait()
        // A second cancel shortens the grace, and this wait with it.
        while true {
            let grace = cancelGrace.withLock { $0 } ?? .zero
            let isAgain = await within(grace + Limit.cancellation, clock) { [cancels] in
                (try? await cancels.wait()) != nil  // ignored: a cancelled wait is told by the next line
            }
            try Task.checkCancellation()
            guard isAgain == true else { throw EngineError.cellLost(detail: "it did not end the tool when told to") }
        }
    }

    // MARK: Streams

    private func connect() async throws(EngineError) {
        stream?.close()
        let stream = try await client.attach(containerID)
        self.stream = stream
        demultiplexer = StreamDemultiplexer()
        isWelcomed = false
        graceSaid = nil
        do {
            try await stream.write(endpoint.attach())
        } catch {
            throw .cellLost(detail: "the stream ended at once")
        }
        attaches.send()
    }

    /// Attaches anew if the container still runs.
    ///
    /// Attaching to one that has ended would answer and then hang.
    private func reconnect() async throws(EngineError) {
        close()
        let state = try await client.inspectContainer(containerID)?["State"]
        guard state?["Status"] == "running" else {
            let detail = lastWords(state)
            throw state?["OOMKilled"] == true ? .cellOutOfMemory(detail: detail) : .cellLost(detail: detail)
        }
        guard reattachesLeft > 0 else { throw .cellLost(detail: "its stream broke \(Limit.reattaches + 1) times") }
        reattachesLeft -= 1
        try await connect()
    }

    /// What is known of a container that has ended by itself.
    private func lastWords(_ state: JSONValue?) -> String {
        let text = String(decoding: diagnostics.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let said = text.isEmpty ? "" : "; it said: \(text)"
        guard let state, let code = state["ExitCode"]?.integerValue else { return "the container is gone\(said)" }
        return "the container is \(state["Status"]?.stringValue ?? "gone"), exit code \(code)\(said)"
    }

    // MARK: What comes in

    private func take(_ bytes: [UInt8]) async throws {
        for (stream, piece) in try demultiplexer.push(bytes) {
            guard stream == .stdout else {
                diagnostics += piece.prefix(max(0, Limit.diagnostics - diagnostics.count))
                continue
            }
            for event in try endpoint.receive(Array(piece)) {
                switch event {
                case .welcomed: isWelcomed = true
                case .ended(let channel): ended.insert(channel)
                case .bytes(let channel, let bytes): try await keep(channel, bytes)
                }
            }
        }
    }

    private func keep(_ channel: UpChannel, _ bytes: [UInt8]) async throws {
        spooledBytes[channel, default: 0] += Int64(bytes.count)
        // The cell keeps the caps; one that does not is not believed any further.
        guard spooledBytes[channel, default: 0] <= bound(channel) else {
            throw EngineError.cellProtocol(detail: "more came on \(channel) than its limit allows")
        }
        guard let spool = spools[channel] else { throw EngineError.cellProtocol(detail: "\(channel) has no spool") }
        try await spool.append(bytes)
        endpoint.spooled(channel, count: bytes.count)
        if channel == .report { try reports.take(bytes) }
    }

    private func bound(_ channel: UpChannel) -> Int64 {
        switch channel {
        case .stdout, .stderr: limits.output.bytes
        case .files: limits.result.bytes + limits.artifacts.bytes + (1 << 20)
        case .report: 1 << 20
        }
    }
}
