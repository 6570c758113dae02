import CellWire
import CurlHTTP
import Model
import Ports
import Waiting

/// The attached streams, one after the other, and what comes over them.
extension CellSession {
    func connect() async throws(EngineError) {
        stream?.close()
        let stream = try await client.attach(containerID)
        self.stream = stream
        demultiplexer = StreamDemultiplexer()
        isWelcomed = false
        graceSaid = nil
        // ignored: the reader finds the stream's end, and attaches anew
        try? await stream.write(endpoint.attach())
        attaches.send()
    }

    /// Attaches anew if the container still runs.
    ///
    /// Attaching to one that has ended would answer and then hang.
    func reconnect() async throws(EngineError) {
        close()
        while true {
            let state = try await inspectState()
            guard isRunning(state) else { throw loss(state) }
            guard reattachesLeft > 0 else { throw .cellLost(detail: "its stream broke \(Limit.reattaches + 1) times") }
            reattachesLeft -= 1
            do throws(EngineError) {
                return try await connect()
            } catch {
                // It has gone down since it was asked: the next look waits for it.
                guard Self.outage(error) != nil else { throw error }
            }
        }
    }

    /// Whether a container of this state runs; a paused one does: it waits for us, and we for it.
    ///
    /// One that was ended and runs again holds another cell, which would be given the same work a second time.
    func isRunning(_ state: JSONValue?) -> Bool { state?["Running"] == true && !isStartedAnew(state) }

    private func isStartedAnew(_ state: JSONValue?) -> Bool {
        guard state?["Running"] == true, let end = state?["FinishedAt"]?.stringValue else { return false }
        return !end.hasPrefix(Self.never)
    }

    /// What the engine says of the end of a container that never had one.
    private static let never = "0001-01-01T00:00:00"

    /// The container's state, `nil` if it is gone; an engine that is down is waited for.
    ///
    /// One that is going down answers on kept connections to the last, but takes no new one before it ends its containers.
    func inspectState() async throws(EngineError) -> JSONValue? {
        var waited = Duration.zero
        while true {
            do throws(EngineError) {
                return try await client.inspectContainer(containerID, needsNewConnection: true)?["State"]
            } catch {
                guard let spent = Self.outage(error), waited < Limit.outage else { throw error }
                waited += spent + Limit.outageInterval
            }
            sawOutage = true
            do { try await clock.sleep(for: Limit.outageInterval) } catch { throw .interrupted }
        }
    }

    /// How long an engine that is down, or only just coming up, has kept us waiting; `nil` if it is neither.
    private static func outage(_ error: EngineError) -> Duration? {
        switch error {
        case .unreachable: .zero
        case .timedOut(_, let limit): limit
        default: nil
        }
    }

    /// Why a container that does not run any more, by its `state`, has ended.
    ///
    /// The cell is killed for want of memory, or it ends by itself; a plain kill, or a removal, comes from outside, for
    /// the tool has no way to either.
    func loss(_ state: JSONValue?) -> EngineError {
        let detail = lastWords(state)
        if state?["OOMKilled"] == true { return .cellOutOfMemory(detail: detail) }
        guard let state else { return .sandboxEnded(detail: detail) }
        if isStartedAnew(state) { return .sandboxEnded(detail: "its container was ended and started anew") }
        // 137 is a kill; 255 is what the engine makes up for a container that it finds dead when it starts.
        guard state["ExitCode"] == 137 || state["ExitCode"] == 255 else { return .cellLost(detail: detail) }
        return sawOutage ? .engineLost(detail: detail) : .sandboxEnded(detail: detail)
    }

    // MARK: An ended container

    /// What is known of a container that has ended by itself.
    private func lastWords(_ state: JSONValue?) -> String {
        let text = String(decoding: diagnostics.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let said = text.isEmpty ? "" : "; it said: \(text)"
        guard let state, let code = state["ExitCode"]?.integerValue else { return "the container is gone\(said)" }
        return "the container is \(state["Status"]?.stringValue ?? "gone"), exit code \(code)\(said)"
    }

    /// Takes what an earlier process has spooled of the cell's reports.
    func readReports() async throws(EngineError) {
        guard let spool = spools[.report] else { return }
        do {
            var offset = Int64(0)
            while true {
                let bytes = try await spool.read(from: offset, count: CellWire.maxMessage)
                if bytes.isEmpty { return }
                offset += Int64(bytes.count)
                try reports.take(bytes)
            }
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .cellProtocol(detail: "the spooled reports: \(error)")
        }
    }

    /// The result of a container that ended before it was adopted: what is in the spools, if it is all there.
    func resultOfEnded(_ state: JSONValue?) async throws(EngineError) -> WorkResult {
        if let refusal = reports.refusalError { throw refusal }
        if let record = reports.record, let files = spools[.files],
            spooledBytes[.stdout] == min(Int64(record.stdoutBytes), limits.output.bytes),
            spooledBytes[.stderr] == min(Int64(record.stderrBytes), limits.output.bytes)
        {
            // The record is the last thing a cell says; the files came before it, on a channel of their own.
            let index = try await FileIndex.read(files)
            if !index.files.isEmpty {
                return WorkResult(
                    record: record, toolPosture: reports.toolPosture, files: index.files, changes: index.changes)
            }
        }
        // Nobody was there to see how it went.
        sawOutage = true
        throw loss(state)
    }

    // MARK: What comes in

    func take(_ bytes: [UInt8]) async throws {
        for (stream, piece) in try demultiplexer.push(bytes) {
            guard stream == .stdout else {
                diagnostics += piece.prefix(max(0, Limit.diagnostics - diagnostics.count))
                continue
            }
            for event in try endpoint.receive(Array(piece)) {
                switch event {
                case .welcomed:
                    isWelcomed = true
                    sawOutage = false  // if there was one, the sandbox has outlived it
                    welcomes.send()
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
