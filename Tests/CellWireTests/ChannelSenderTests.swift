import CellWire
import Testing

@Suite struct ChannelSenderTests {
    private func sender(_ bytes: [UInt8], limit: UInt64 = 1000) -> ChannelSender {
        var sender = ChannelSender(channel: 2)
        sender.append(bytes)
        sender.accept(Window(channel: 2, received: 0, limit: limit))
        return sender
    }

    private func drain(_ sender: inout ChannelSender) -> [Frame] {
        var frames: [Frame] = []
        while let frame = sender.nextFrame() { frames.append(frame) }
        return frames
    }

    @Test("nothing is sent before the other side has opened a window")
    func closed() {
        var sender = ChannelSender(channel: 2)
        sender.append([1, 2, 3])
        #expect(sender.nextFrame() == nil)
        sender.accept(Window(channel: 2, received: 0, limit: 2))
        #expect(sender.nextFrame() == Frame(.data, channel: 2, offset: 0, payload: [1, 2]))
        #expect(sender.nextFrame() == nil)
        sender.accept(Window(channel: 2, received: 0, limit: 9))
        #expect(sender.nextFrame() == Frame(.data, channel: 2, offset: 2, payload: [3]))
        #expect((sender.pending, sender.end) == (3, 3))
    }

    @Test("a frame holds at most the longest payload, and at most the budget")
    func sizes() {
        var sender = sender([UInt8](repeating: 7, count: 70_000), limit: 1 << 20)
        #expect(sender.nextFrame()?.payload.count == CellWire.maxPayload)
        #expect(sender.nextFrame(budget: 10)?.payload.count == 10)
        #expect(sender.nextFrame()?.offset == UInt64(CellWire.maxPayload) + 10)
    }

    @Test("acknowledged bytes are forgotten; an older window changes nothing")
    func acknowledgement() {
        var sender = sender(Array(0..<100))
        _ = drain(&sender)
        sender.accept(Window(channel: 2, received: 40, limit: 2000))
        #expect((sender.acknowledged, sender.pending, sender.end) == (40, 60, 100))
        sender.accept(Window(channel: 2, received: 10, limit: 20))
        #expect((sender.acknowledged, sender.pending, sender.end) == (40, 60, 100))
        sender.append([1])
        #expect(sender.nextFrame() == Frame(.data, channel: 2, offset: 100, payload: [1]))
    }

    @Test("an acknowledgement of what was never handed in is not believed")
    func tooMuch() {
        var sender = sender(Array(0..<100))
        sender.accept(Window(channel: 2, received: 101, limit: 2000))
        #expect((sender.acknowledged, sender.pending) == (0, 100))
    }

    @Test(
        "after a restart at what is forgotten already, one empty frame shows where the rest begins, whatever the window"
    )
    func forgotten() {
        var sender = sender(Array(0..<100))
        _ = drain(&sender)
        sender.accept(Window(channel: 2, received: 60, limit: 1000))
        sender.restart(at: Window(channel: 2, received: 10, limit: 20))
        #expect(drain(&sender) == [Frame(.data, channel: 2, offset: 60)])
        sender.restart(at: Window(channel: 2, received: 60, limit: 1000))
        #expect(drain(&sender).map(\.payload.count) == [40])
    }

    @Test("after a restart everything not acknowledged is sent again, the end too")
    func restart() {
        var sender = sender(Array(0..<100))
        sender.finish()
        #expect(drain(&sender).map(\.kind) == [.data, .end])
        sender.restart(at: Window(channel: 2, received: 30, limit: 60))
        let data = Frame(.data, channel: 2, offset: 30, payload: Array(30..<60))
        #expect(drain(&sender) == [data])
        sender.accept(Window(channel: 2, received: 60, limit: 200))
        let rest = Frame(.data, channel: 2, offset: 60, payload: Array(60..<100))
        #expect(drain(&sender) == [rest, Frame(.end, channel: 2, offset: 100)])
        sender.accept(Window(channel: 2, received: 100, limit: 200))
    }

    @Test("a restart may also narrow the window")
    func narrower() {
        var sender = sender(Array(0..<100), limit: 100)
        sender.restart(at: Window(channel: 2, received: 0, limit: 5))
        #expect(drain(&sender).map(\.payload.count) == [5])
    }

    @Test("a restart behind what is acknowledged goes on from what is still there")
    func restartBehind() {
        var sender = sender(Array(0..<100))
        _ = drain(&sender)
        sender.accept(Window(channel: 2, received: 50, limit: 200))
        sender.restart(at: Window(channel: 2, received: 20, limit: 200))
        // The empty one shows what is missing, also if there is nothing to send, or no room for it.
        let rest = Frame(.data, channel: 2, offset: 50, payload: Array(50..<100))
        #expect(drain(&sender) == [Frame(.data, channel: 2, offset: 50), rest])
    }

    @Test("the end comes once, after the last byte, also on an empty channel")
    func end() {
        var sender = sender([])
        sender.finish()
        #expect(drain(&sender) == [Frame(.end, channel: 2, offset: 0)])
        sender.append([1])
        #expect(sender.pending == 0)
        #expect(sender.nextFrame() == nil)
    }

    @Test("the end waits until the window has let every byte out")
    func endBehindWindow() {
        var sender = sender(Array(0..<10), limit: 4)
        sender.finish()
        #expect(drain(&sender).map(\.kind) == [.data])
        sender.accept(Window(channel: 2, received: 4, limit: 10))
        #expect(drain(&sender).map(\.kind) == [.data, .end])
    }

    @Test("bytes on the wire count their frames' headers until a frame is acknowledged whole")
    func onWire() {
        var sender = sender([])
        for byte in UInt8(0)..<10 {
            sender.append([byte])
            #expect(sender.nextFrame()?.payload == [byte])
        }
        #expect(sender.unacknowledgedOnWire == 10 * (1 + Frame.headerSize))
        sender.accept(Window(channel: 2, received: 4, limit: 1000))
        #expect(sender.unacknowledgedOnWire == 6 * (1 + Frame.headerSize))
        sender.append(Array(0..<10))
        _ = sender.nextFrame()
        sender.accept(Window(channel: 2, received: 15, limit: 1000))
        #expect(sender.unacknowledgedOnWire == 5 + Frame.headerSize)
        sender.accept(Window(channel: 2, received: 20, limit: 1000))
        #expect(sender.unacknowledgedOnWire == 0)
    }

    @Test("a long channel keeps only what is not acknowledged")
    func longChannel() throws {
        var sender = sender([], limit: .max)
        var expected: UInt64 = 0
        for round in 0..<200 {
            sender.append([UInt8](repeating: UInt8(round), count: 3000))
            while let frame = sender.nextFrame() {
                #expect(frame.offset == expected)
                #expect(frame.payload.allSatisfy { $0 == UInt8((frame.offset) / 3000) })
                expected += UInt64(frame.payload.count)
            }
            sender.accept(Window(channel: 2, received: expected - 500, limit: .max))
            let held = try #require(Mirror(reflecting: sender).descendant("buffer") as? [UInt8])
            #expect(held.count < 80 << 10)
        }
        #expect((sender.pending, sender.end) == (500, 600_000))
    }
}
