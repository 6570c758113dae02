import CellWire
import Testing

@Suite struct ChannelReceiverTests {
    private func data(_ offset: UInt64, _ payload: [UInt8]) -> Frame {
        Frame(.data, channel: 1, offset: offset, payload: payload)
    }

    @Test("each byte is taken once and in order, however often and however overlapping it comes")
    func once() throws {
        var receiver = ChannelReceiver(channel: 1, window: 100)
        #expect(try Array(receiver.take(data(0, [0, 1, 2, 3]))) == [0, 1, 2, 3])
        #expect(try Array(receiver.take(data(0, [0, 1, 2, 3]))) == [])
        #expect(try Array(receiver.take(data(2, [2, 3]))) == [])
        #expect(try Array(receiver.take(data(2, [2, 3, 4, 5]))) == [4, 5])
        #expect(try Array(receiver.take(data(6, []))) == [])
        #expect(receiver.received == 6)
    }

    @Test("what lies behind a gap is left; it is sent again after the next attach")
    func gap() throws {
        var receiver = ChannelReceiver(channel: 1, window: 100)
        #expect(try Array(receiver.take(data(1, [1]))) == [])
        #expect(receiver.received == 0)
        #expect(try Array(receiver.take(data(0, [0]))) == [0])
        #expect(try Array(receiver.take(data(3, [3]))) == [])
        #expect(try Array(receiver.take(data(1, [1, 2, 3]))) == [1, 2, 3])
    }

    @Test("the last byte of the window is taken, one more is a violation")
    func overrun() throws {
        var receiver = ChannelReceiver(channel: 1, window: 4)
        #expect(try receiver.take(data(0, [0, 1, 2, 3])).count == 4)
        for frame in [data(4, [4]), data(3, [3, 4]), data(5, [5]), data(.max, [1]), data(.max - 1, [1, 2])] {
            #expect(throws: ChannelReceiver.Violation.overrun(channel: 1)) { try receiver.take(frame) }
        }
        receiver.grant(consumed: 1)
        #expect(receiver.limit == 5)
        #expect(try Array(receiver.take(data(4, [4]))) == [4])
    }

    @Test("what was granted is never taken back")
    func grant() {
        var receiver = ChannelReceiver(channel: 1, window: 10, received: 5)
        #expect(receiver.limit == 15)
        receiver.grant(consumed: 20)
        receiver.grant(consumed: 7)
        #expect(receiver.limit == 30)
        #expect(receiver.state() == Window(channel: 1, received: 5, limit: 30))
        #expect(receiver.state(kept: 3) == Window(channel: 1, received: 3, limit: 30))
    }

    @Test("a channel is complete when its end has come and every byte before it")
    func completeness() throws {
        var receiver = ChannelReceiver(channel: 1, window: 10)
        _ = try receiver.take(Frame(.end, channel: 1, offset: 2))
        #expect(!receiver.isComplete)
        _ = try receiver.take(data(0, [0, 1]))
        #expect(receiver.isComplete)
        _ = try receiver.take(Frame(.end, channel: 1, offset: 2))
        _ = try receiver.take(data(0, [0, 1]))
        #expect(receiver.isComplete)
        var empty = ChannelReceiver(channel: 1, window: 10)
        _ = try empty.take(Frame(.end, channel: 1, offset: 0))
        #expect(empty.isComplete)
    }

    @Test("bytes after the end, a second other end and an end before what came are violations")
    func afterEnd() throws {
        var receiver = ChannelReceiver(channel: 1, window: 10)
        _ = try receiver.take(data(0, [0, 1]))
        #expect(throws: ChannelReceiver.Violation.afterEnd(channel: 1)) {
            try receiver.take(Frame(.end, channel: 1, offset: 1))
        }
        _ = try receiver.take(Frame(.end, channel: 1, offset: 3))
        for frame in [Frame(.end, channel: 1, offset: 4), data(2, [2, 3]), data(3, [3])] {
            #expect(throws: ChannelReceiver.Violation.afterEnd(channel: 1)) { try receiver.take(frame) }
        }
        #expect(try Array(receiver.take(data(2, [2]))) == [2])
        #expect(receiver.isComplete)
    }

    @Test("an earlier life's bytes are not taken again")
    func resumed() throws {
        var receiver = ChannelReceiver(channel: 1, window: 10, received: 3)
        #expect(try Array(receiver.take(data(0, [0, 1, 2, 3]))) == [3])
    }
}
