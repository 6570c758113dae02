/// The sending end of one channel: keeps every byte until the other side has it, and sends again after a cut.
package struct ChannelSender: Sendable {
    package let channel: UInt8
    /// Bytes from ``acknowledged`` on.
    private var buffer: [UInt8] = []
    /// Where the buffer's first kept byte lies in `buffer`: removing from the front on every credit would copy each time.
    private var head = 0
    /// The other side has everything before this offset.
    package private(set) var acknowledged: UInt64 = 0
    /// The next offset to send.
    private var sent: UInt64 = 0
    /// The offset up to which the other side lets us send; nothing before it has spoken.
    private var limit: UInt64 = 0
    /// The ends of the frames that were sent and are not acknowledged whole.
    private var framesInFlight: [UInt64] = []
    private var isFinished = false
    private var endSent = false
    /// Whether the other side lacks bytes that it had acknowledged, and is still to be shown so.
    private var showsGap = false

    package init(channel: UInt8) { self.channel = channel }

    /// The offset after the last byte handed in.
    package var end: UInt64 { acknowledged + UInt64(buffer.count - head) }
    /// Bytes handed in and not yet acknowledged.
    package var pending: Int { buffer.count - head }
    /// Bytes on the wire, frame headers included, that are sent and not yet acknowledged.
    ///
    /// A tool that writes single bytes costs 33 of them each, so payload alone is no measure of what lies unread.
    /// The end is never acknowledged by itself, so it counts as long as the channel lives.
    package var unacknowledgedOnWire: Int {
        Int(sent - acknowledged) + (framesInFlight.count + (endSent ? 1 : 0)) * Frame.headerSize
    }

    /// Adds bytes at the end; nothing may follow ``finish()``.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isFinished else { return }
        buffer.append(contentsOf: bytes)
    }

    /// Says that no more bytes follow.
    package mutating func finish() { isFinished = true }

    /// Takes what the other side says; a window that is older than what is known changes nothing.
    package mutating func accept(_ window: Window) {
        limit = max(limit, window.limit)
        guard window.received > acknowledged, window.received <= end else { return }
        head += Int(window.received - acknowledged)
        acknowledged = window.received
        sent = max(sent, acknowledged)
        framesInFlight.removeFirst(framesInFlight.firstIndex { $0 > acknowledged } ?? framesInFlight.count)
        if head == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 256 << 10)
            head = 0
        } else if head > 64 << 10 {
            buffer.removeFirst(head)
            head = 0
        }
    }

    /// Goes on where an earlier life of this end stopped: the other side has everything before `offset`.
    ///
    /// Before anything is handed in.
    package mutating func takeOver(at offset: UInt64) {
        guard buffer.isEmpty, acknowledged == 0 else { return }
        (acknowledged, sent) = (offset, offset)
    }

    /// Goes back to what the other side has: after a new attach.
    package mutating func restart(at window: Window) {
        limit = 0
        accept(window)
        limit = window.limit
        sent = acknowledged
        framesInFlight.removeAll()
        endSent = false
        showsGap = window.received < acknowledged
    }

    /// The next frame that may be sent, with at most `budget` payload bytes, or `nil` if there is none.
    package mutating func nextFrame(budget: Int = CellWire.maxPayload) -> Frame? {
        if showsGap {
            showsGap = false
            return Frame(.data, channel: channel, offset: acknowledged)
        }
        let allowed = min(end, max(limit, sent))
        let count = min(Int(allowed - sent), CellWire.maxPayload, budget)
        if count > 0 {
            let first = head + Int(sent - acknowledged)
            let frame = Frame(.data, channel: channel, offset: sent, payload: Array(buffer[first..<first + count]))
            sent += UInt64(count)
            framesInFlight.append(sent)
            return frame
        }
        guard isFinished, !endSent, sent == end else { return nil }
        endSent = true
        return Frame(.end, channel: channel, offset: end)
    }
}
