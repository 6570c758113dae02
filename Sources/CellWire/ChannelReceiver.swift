/// The receiving end of one channel: takes each byte once, in order, however often it is sent.
package struct ChannelReceiver: Sendable {
    /// How a frame broke the rules: its sender cannot be trusted any further.
    package enum Violation: Error, Sendable, Hashable {
        /// More was sent than the window allowed.
        case overrun(channel: UInt8)
        /// Bytes after the end, or two different ends.
        case afterEnd(channel: UInt8)
        /// It begins behind what has come so far: what lies between is nowhere any more.
        case missing(channel: UInt8)
    }

    package let channel: UInt8
    /// Bytes taken so far: the offset of the next one.
    package private(set) var received: UInt64
    /// The offset up to which the other side may send.
    package private(set) var limit: UInt64
    private let window: UInt64
    private var end: UInt64?

    /// - Parameter received: where to go on, from an earlier life of this end.
    package init(channel: UInt8, window: Int, received: UInt64 = 0) {
        (self.channel, self.window, self.received) = (channel, UInt64(window), received)
        limit = received + UInt64(window)
    }

    /// Whether the channel's end has come, and everything before it.
    package var isComplete: Bool { end == received }

    /// The new bytes of a frame: all of them, a part or none if they came before, none if something is missing before them.
    package mutating func take(_ frame: Frame) throws(Violation) -> ArraySlice<UInt8> {
        if frame.kind == .end {
            if let end, end != frame.offset { throw .afterEnd(channel: channel) }
            guard frame.offset >= received else { throw .afterEnd(channel: channel) }
            end = frame.offset
            return []
        }
        let (frameEnd, overflow) = frame.offset.addingReportingOverflow(UInt64(frame.payload.count))
        guard !overflow, frameEnd <= limit else { throw .overrun(channel: channel) }
        if let end, frameEnd > end { throw .afterEnd(channel: channel) }
        guard frame.offset <= received, frameEnd > received else { return [] }
        let fresh = frame.payload[Int(received - frame.offset)...]
        received = frameEnd
        return fresh
    }

    /// Lets the sender go on up to a whole window beyond `consumed`; never takes back what was granted.
    package mutating func grant(consumed: UInt64) {
        limit = max(limit, consumed + window)
    }

    /// What to tell the other side; `kept` is what it may forget, by default everything received.
    package func state(kept: UInt64? = nil) -> Window {
        Window(channel: channel, received: kept ?? received, limit: limit)
    }
}
