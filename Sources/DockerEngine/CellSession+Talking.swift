import CellWire
import CurlHTTP
import Model
import Ports
import Waiting
import Synchronization

/// The tasks that talk to the cell, beside the one that reads what it says.
extension CellSession {
    /// Writes what the endpoint has to say.
    ///
    /// It alone takes frames from it: those of one channel must not change places.
    func pump() async throws -> Bool {
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
    func greet(within limit: Duration) async throws -> Bool {
        while true {
            try await attaches.wait()
            var waited = Duration.zero
            while !isWelcomed {
                try await clock.sleep(for: Limit.helloInterval)
                waited += Limit.helloInterval
                guard waited < limit else {
                    if try await client.inspectContainer(containerID)?["State"]?["Paused"] == true { break }
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

    func feed(_ order: WorkOrder) async throws -> Bool {
        try await feedOrders(order)
        try await feedStdin(order.stdin)
        return false
    }

    private func feedOrders(_ order: WorkOrder) async throws {
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
        try finish(.orders)
    }

    private func feedStdin(_ source: (any InputSource)?) async throws {
        if let source {
            while let bytes = try await source.next() { try await send(.stdin, bytes) }
        } else {
            // Whatever an earlier process passed on of an input that went with it, is all there is.
            skipping[.stdin] = 0
        }
        try finish(.stdin)
    }

    private func finish(_ channel: DownChannel) throws {
        guard skipping[channel] ?? 0 == 0 else {
            throw EngineError.cellProtocol(detail: "it claims to have had more on \(channel) than there is")
        }
        endpoint.finish(channel)
        writes.send()
    }

    /// Feeds an adopted cell: the whole order is made anew, and what the cell has had of it is passed over.
    func feedOn(_ order: WorkOrder?) async throws -> Bool {
        try await welcomes.wait()
        for channel in DownChannel.allCases { skipping[channel] = endpoint.acknowledged(channel) }
        if reports.toolPosture == nil, !reports.isFinal {
            // The cell may lack a part of its orders, and nobody knows it any more: what it has is worth nothing.
            guard let order else { throw EngineError.cellLost(detail: "its order cannot be made anew") }
            try await feedOrders(order)
        }
        try await feedStdin(order?.stdin)
        return false
    }

    /// Hands bytes to the endpoint as there is room for them.
    func send(_ channel: DownChannel, _ bytes: [UInt8]) async throws {
        let known = min(skipping[channel] ?? 0, UInt64(bytes.count))
        if known > 0 { skipping[channel]? -= known }
        var rest = bytes.dropFirst(Int(known))
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

    func expire(after limit: Duration, _ detail: String) async throws -> Bool {
        try await clock.sleep(for: limit)
        throw EngineError.cellLost(detail: detail)
    }

    /// A cell keeps its run clock itself, unless somebody has stopped its whole container.
    func watchForPause() async throws -> Bool {
        try await clock.sleep(for: limits.run + limits.grace + Limit.pauseCheck)
        let state = try await client.inspectContainer(containerID)?["State"]
        guard state?["Paused"] != true else { throw EngineError.sandboxPaused }
        return false
    }

    func expireWhenCancelled() async throws -> Bool {
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
}
