/// The cell's end of the wire: what comes in, what may go out next.
///
/// A daemon may vanish and another one attach at any byte. Nothing is sent before the first ``Frame/Kind/hello``; when one of
/// a newer epoch comes, everything that this daemon has not got is sent again from there.
package struct CellEndpoint: Sendable {
    /// What the daemon wants, in order.
    package enum Event: Sendable, Hashable {
        case attached(epoch: UInt64)
        case orders([UInt8])
        case stdin([UInt8])
        case stdinEnded
        case cancel(graceMilliseconds: Int)
        /// Everything is stored: the cell may end.
        case bye
    }

    /// The epoch of the daemon that is listened to; 0 before the first.
    package private(set) var epoch: UInt64 = 0
    private var decoder = FrameDecoder()
    private var senders = UpChannel.allCases.map { ChannelSender(channel: $0.rawValue) }
    private var receivers = DownChannel.allCases.map { ChannelReceiver(channel: $0.rawValue, window: $0.window) }
    private var consumed = DownChannel.allCases.map { _ in UInt64(0) }
    private var welcomeDue = false
    /// Bytes that were no frame, as far as the daemon has been told.
    private var skippedTold = 0
    private var creditDue = false
    /// Whose turn it is among stdout and stderr, so that neither starves the other.
    private var lastStream = UpChannel.stderr

    package init() {}

    // MARK: Coming in

    /// Takes bytes of the attached stream.
    ///
    /// - Throws: ``ChannelReceiver/Violation`` if the daemon broke the rules.
    package mutating func receive(_ bytes: [UInt8]) throws(ChannelReceiver.Violation) -> [Event] {
        decoder.push(bytes)
        var events: [Event] = []
        while let frame = decoder.next() { try accept(frame, &events) }
        if decoder.skipped > skippedTold {
            // Somebody else writes into the stream, perhaps into the middle of a frame: whatever that broke is missing.
            (skippedTold, welcomeDue) = (decoder.skipped, true)
        }
        return events
    }

    /// The cell has used up bytes of a channel, so as many more may come.
    package mutating func consume(_ channel: DownChannel, _ count: Int) {
        let index = channel.index
        consumed[index] += UInt64(count)
        let oldLimit = receivers[index].limit
        // A credit is due once a quarter of the window is free, not for every byte.
        guard consumed[index] + UInt64(channel.window) - oldLimit >= UInt64(channel.window / 4) else { return }
        receivers[index].grant(consumed: consumed[index])
        creditDue = true
    }

    private mutating func accept(_ frame: Frame, _ events: inout [Event]) throws(ChannelReceiver.Violation) {
        switch frame.kind {
        case .hello:
            guard frame.offset >= epoch, frame.offset > 0, let windows = Window.decode(frame.payload) else { return }
            if frame.offset > epoch {
                epoch = frame.offset
                for window in windows {
                    if let channel = UpChannel(rawValue: window.channel) { senders[channel.index].restart(at: window) }
                }
                events.append(.attached(epoch: epoch))
            }
            welcomeDue = true
        case .data, .end:
            guard epoch > 0, let channel = DownChannel(rawValue: frame.channel) else { return }
            let wasComplete = receivers[channel.index].isComplete
            let fresh = Array(try receivers[channel.index].take(frame))
            if !fresh.isEmpty { events.append(channel == .orders ? .orders(fresh) : .stdin(fresh)) }
            if channel == .stdin, receivers[channel.index].isComplete, !wasComplete { events.append(.stdinEnded) }
        case .credit:
            guard frame.offset == epoch, let windows = Window.decode(frame.payload) else { return }
            for window in windows {
                if let channel = UpChannel(rawValue: window.channel) { senders[channel.index].accept(window) }
            }
        case .cancel:
            guard frame.offset == epoch, frame.payload.count == 4 else { return }
            events.append(.cancel(graceMilliseconds: Int(frame.payload.littleEndian(at: 0, as: UInt32.self))))
        case .bye:
            if frame.offset == epoch { events.append(.bye) }
        case .welcome: break  // ours to say
        }
    }

    // MARK: Going out

    /// Adds bytes to an up channel.
    package mutating func send(_ channel: UpChannel, _ bytes: some Collection<UInt8>) {
        senders[channel.index].append(bytes)
    }

    /// Ends an up channel.
    package mutating func finish(_ channel: UpChannel) { senders[channel.index].finish() }

    /// Bytes that may be added to a channel before its window is full: what bounds the cell's memory.
    package func room(_ channel: UpChannel) -> Int { max(0, channel.window - senders[channel.index].pending) }

    /// The bytes of the next frame to write, or `nil` if there is nothing to say or the daemon has to acknowledge first.
    package mutating func nextBytes() -> [UInt8]? {
        guard let key = decoder.key else { return nil }
        return nextFrame()?.encoded(key: key)
    }

    /// The next frame to write, or `nil` if there is nothing to say or the daemon has to acknowledge first.
    package mutating func nextFrame() -> Frame? {
        guard epoch > 0 else { return nil }
        if welcomeDue || creditDue {
            let kind: Frame.Kind = welcomeDue ? .welcome : .credit
            (welcomeDue, creditDue) = (false, false)
            return Frame(kind, offset: epoch, payload: Window.encode(receivers.map { $0.state() }))
        }
        let onWire = senders.map(\.unacknowledgedOnWire)
        let report = onWire[UpChannel.report.index]
        let others = onWire.reduce(-report, +)
        let streams: [UpChannel] = lastStream == .stdout ? [.stderr, .stdout] : [.stdout, .stderr]
        for channel in [.report] + streams + [.files] {
            // The tool's bytes leave the report's share of the wire free, however small the pieces it writes.
            let reserved = channel == .report ? report : max(report, UpChannel.report.window)
            let budget = CellWire.cellWindow - others - reserved - Frame.headerSize
            guard budget > 0, let frame = senders[channel.index].nextFrame(budget: budget) else { continue }
            if channel == .stdout || channel == .stderr { lastStream = channel }
            return frame
        }
        return nil
    }
}

extension UpChannel {
    package var index: Int { Int(rawValue) - 1 }
}

extension DownChannel {
    package var index: Int { Int(rawValue) - 1 }
}
