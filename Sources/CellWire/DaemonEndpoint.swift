/// The daemon's end of the wire for one sandbox: outlives its attached streams.
package struct DaemonEndpoint: Sendable {
    package enum Event: Sendable, Hashable {
        /// The cell has answered the newest hello.
        case welcomed
        /// New bytes of a channel, in order; they count as received by the cell once ``spooled(_:count:)`` says so.
        case bytes(UpChannel, [UInt8])
        case ended(UpChannel)
    }

    package private(set) var epoch: UInt64
    package let key: UInt64
    private var decoder: FrameDecoder
    private var receivers: [ChannelReceiver]
    private var spooled: [UInt64]
    private var senders = DownChannel.allCases.map { ChannelSender(channel: $0.rawValue) }
    private var isWelcomed = false
    /// The channels of which something has come since the last welcome.
    private var begun: Set<UpChannel> = []
    /// Whether the first welcome tells how far an earlier life of the daemon had come.
    private var takesOver: Bool
    private var creditDue = false
    private var controls: [Frame] = []
    /// The last cancel of this epoch.
    private var cancelSaid: Frame?

    /// - Parameters:
    ///   - key: the sandbox's, random, the same for all of its life.
    ///   - epoch: not below that of the last attach, 0 if there was none.
    ///   - spooled: the lengths of the spools, from an earlier life of the daemon; `nil` if there was none.
    package init(key: UInt64, epoch: UInt64 = 0, spooled lengths: [UpChannel: UInt64]? = nil) {
        (self.key, self.epoch, decoder) = (key, epoch, FrameDecoder(key: key))
        takesOver = lengths != nil
        let lengths = lengths ?? [:]
        spooled = UpChannel.allCases.map { lengths[$0] ?? 0 }
        receivers = UpChannel.allCases.map {
            ChannelReceiver(channel: $0.rawValue, window: $0.window, received: lengths[$0] ?? 0)
        }
    }

    // MARK: A new stream

    /// Begins anew on a stream that was just attached: what to send first.
    ///
    /// What was received and not spooled is forgotten: the cell sends it again.
    package mutating func attach() -> [UInt8] {
        epoch += 1
        isWelcomed = false
        creditDue = false
        cancelSaid = nil
        begun = []
        decoder = FrameDecoder(key: key)
        receivers = UpChannel.allCases.map {
            ChannelReceiver(channel: $0.rawValue, window: $0.window, received: spooled[$0.index])
        }
        return [UInt8](repeating: 0, count: CellWire.padding) + hello
    }

    /// To be sent again and again until ``Event/welcomed``: a cell that is still starting does not read yet.
    package var hello: [UInt8] {
        Frame(.hello, offset: epoch, payload: Window.encode(receivers.map { $0.state() })).encoded(key: key)
    }

    // MARK: Coming in

    package mutating func receive(_ bytes: [UInt8]) throws(ChannelReceiver.Violation) -> [Event] {
        decoder.push(bytes)
        var events: [Event] = []
        // Frames of one channel that came together are one event: each costs its reader a way to the spool and back.
        var (channel, content): (UpChannel?, [UInt8]) = (nil, [])
        func flush() {
            if let channel, !content.isEmpty { events.append(.bytes(channel, content)) }
            content = []
        }
        while let frame = decoder.next() {
            var fresh: [Event] = []
            try accept(frame, &fresh)
            for event in fresh {
                guard case .bytes(let next, let bytes) = event else {
                    flush()
                    events.append(event)
                    continue
                }
                if next != channel { flush() }
                channel = next
                content += bytes
            }
        }
        flush()
        return events
    }

    /// Bytes of a channel are in its spool: the cell may forget them and send as many more.
    package mutating func spooled(_ channel: UpChannel, count: Int) {
        spooled[channel.index] += UInt64(count)
        receivers[channel.index].grant(consumed: spooled[channel.index])
        creditDue = true
    }

    private mutating func accept(_ frame: Frame, _ events: inout [Event]) throws(ChannelReceiver.Violation) {
        switch frame.kind {
        case .welcome, .credit:
            guard frame.offset == epoch, let windows = Window.decode(frame.payload) else { return }
            for window in windows {
                guard let channel = DownChannel(rawValue: window.channel) else { continue }
                if frame.kind == .welcome {
                    // Once more in the same epoch: something may not have reached the cell.
                    if takesOver { senders[channel.index].takeOver(at: window.received) }
                    senders[channel.index].restart(at: window)
                } else {
                    senders[channel.index].accept(window)
                }
            }
            guard frame.kind == .welcome else { return }
            guard !isWelcomed else {
                creditDue = true
                if let cancelSaid { controls.append(cancelSaid) }
                return
            }
            (isWelcomed, takesOver) = (true, false)
            events.append(.welcomed)
        case .data, .end:
            // Frames from before the welcome were meant for an earlier stream; the cell sends them again.
            guard isWelcomed, let channel = UpChannel(rawValue: frame.channel) else { return }
            // A cell goes on where we said, unless it was told before that we have more: then a spool has become shorter.
            guard !begun.insert(channel).inserted || frame.offset <= receivers[channel.index].received else {
                throw .missing(channel: frame.channel)
            }
            let wasComplete = receivers[channel.index].isComplete
            let fresh = Array(try receivers[channel.index].take(frame))
            if !fresh.isEmpty { events.append(.bytes(channel, fresh)) }
            if receivers[channel.index].isComplete, !wasComplete { events.append(.ended(channel)) }
        case .hello, .cancel, .bye: break  // ours to say
        }
    }

    // MARK: Going out

    /// What the cell is known to have of a channel.
    package func acknowledged(_ channel: DownChannel) -> UInt64 { senders[channel.index].acknowledged }

    package mutating func send(_ channel: DownChannel, _ bytes: some Collection<UInt8>) {
        senders[channel.index].append(bytes)
    }

    package mutating func finish(_ channel: DownChannel) { senders[channel.index].finish() }

    /// Bytes that may be added to a channel before its window is full: what bounds the daemon's memory.
    package func room(_ channel: DownChannel) -> Int { max(0, channel.window - senders[channel.index].pending) }

    /// Asks the cell to end the tool; may be said again, in a later epoch or with a shorter grace.
    package mutating func cancel(graceMilliseconds: UInt32) {
        var payload: [UInt8] = []
        payload.append(littleEndian: graceMilliseconds)
        let frame = Frame(.cancel, offset: epoch, payload: payload)
        cancelSaid = frame
        controls.append(frame)
    }

    /// Lets the cell end: its record is stored.
    package mutating func bye() { controls.append(Frame(.bye, offset: epoch)) }

    /// The bytes of the next frame to write, or `nil` if there is nothing to say or the cell has to make room first.
    package mutating func nextBytes() -> [UInt8]? { nextFrame()?.encoded(key: key) }

    /// The next frame to write, or `nil` if there is nothing to say or the cell has to make room first.
    package mutating func nextFrame() -> Frame? {
        guard isWelcomed else { return nil }
        if !controls.isEmpty { return controls.removeFirst() }
        if creditDue {
            creditDue = false
            let windows = UpChannel.allCases.map { receivers[$0.index].state(kept: spooled[$0.index]) }
            return Frame(.credit, offset: epoch, payload: Window.encode(windows))
        }
        for channel in DownChannel.allCases {
            if let frame = senders[channel.index].nextFrame() { return frame }
        }
        return nil
    }
}
