import CellWire
import Testing

@Suite struct DaemonEndpointTests {
    private func welcome(epoch: UInt64, limit: UInt64 = 1000) -> [UInt8] {
        let windows = DownChannel.allCases.map { Window(channel: $0.rawValue, received: 0, limit: limit) }
        return Frame(.welcome, offset: epoch, payload: Window.encode(windows)).encoded
    }

    private func attached() throws -> DaemonEndpoint {
        var daemon = DaemonEndpoint(key: Frame.testKey)
        _ = daemon.attach()
        #expect(try daemon.receive(welcome(epoch: 1)) == [.welcomed])
        return daemon
    }

    @Test("an attach begins with padding longer than any frame, then a hello with the spools' lengths")
    func attach() throws {
        var daemon = DaemonEndpoint(key: Frame.testKey, epoch: 6, spooled: [.stdout: 100, .files: 3])
        let bytes = daemon.attach()
        #expect(bytes.prefix(CellWire.padding).allSatisfy { $0 == 0 })
        var decoder = FrameDecoder(key: Frame.testKey)
        decoder.push(bytes)
        let helloFrame = decoder.next()
        let hello = try #require(helloFrame)
        #expect((hello.kind, hello.offset) == (.hello, 7))
        let windows = try #require(Window.decode(hello.payload))
        #expect(windows.map(\.channel) == [1, 2, 3, 4])
        #expect(windows.map(\.received) == [0, 100, 0, 3])
        let wanted = UpChannel.allCases.map { UInt64($0.window) }
        #expect(zip(windows, wanted).allSatisfy { $0.limit == $0.received + $1 })
        #expect(daemon.hello == Array(bytes[CellWire.padding...]))
    }

    @Test("nothing is sent and nothing is taken before the welcome of this epoch")
    func beforeWelcome() throws {
        var daemon = DaemonEndpoint(key: Frame.testKey)
        _ = daemon.attach()
        _ = daemon.attach()
        daemon.send(.orders, [1])
        daemon.bye()
        #expect(daemon.nextFrame() == nil)
        let stale = Frame(.data, channel: 2, offset: 0, payload: [1]).encoded
        #expect(try daemon.receive(stale + Frame(.end, channel: 2, offset: 1).encoded + welcome(epoch: 1)) == [])
        #expect(try daemon.receive(welcome(epoch: 3)) == [])
        #expect(daemon.nextFrame() == nil)
        #expect(try daemon.receive(welcome(epoch: 2)) == [.welcomed])
        #expect(daemon.nextFrame()?.kind == .bye)
        #expect(daemon.nextFrame() == Frame(.data, channel: 1, offset: 0, payload: [1]))
    }

    @Test(
        "a second welcome of an epoch brings everything again that the cell may lack, but no goodbye that was said before"
    )
    func welcomedAgain() throws {
        var daemon = try attached()
        daemon.send(.stdin, [1, 2])
        daemon.cancel(graceMilliseconds: 5)
        daemon.bye()
        func said() -> [Frame.Kind] {
            var kinds: [Frame.Kind] = []
            while let frame = daemon.nextFrame() { kinds.append(frame.kind) }
            return kinds
        }
        #expect(said() == [.cancel, .bye, .data])
        #expect(try daemon.receive(welcome(epoch: 1)) == [])
        #expect(said() == [.cancel, .credit, .data])
        // A new attach begins without them: whoever cancels says so again.
        _ = daemon.attach()
        #expect(try daemon.receive(welcome(epoch: 2)) == [.welcomed])
        #expect(said() == [.data])
    }

    @Test("what is spooled is acknowledged, what is only received is not")
    func acknowledgement() throws {
        var daemon = try attached()
        let data = Frame(.data, channel: 2, offset: 0, payload: [1, 2, 3, 4])
        #expect(try daemon.receive(data.encoded) == [.bytes(.stdout, [1, 2, 3, 4])])
        #expect(daemon.nextFrame() == nil)
        daemon.spooled(.stdout, count: 3)
        let creditFrame = daemon.nextFrame()
        let credit = try #require(creditFrame)
        #expect((credit.kind, credit.offset) == (.credit, 1))
        let windows = try #require(Window.decode(credit.payload))
        #expect(windows[1] == Window(channel: 2, received: 3, limit: UInt64(UpChannel.stdout.window) + 3))
        #expect(daemon.nextFrame() == nil)
    }

    @Test("a cell that goes on behind what the spools hold is told so by an error, on the first frame of a channel")
    func shorterSpool() throws {
        let data = Frame(.data, channel: 2, offset: 50, payload: [1]).encoded
        for end in [data, Frame(.end, channel: 2, offset: 50).encoded] {
            var daemon = DaemonEndpoint(key: Frame.testKey, epoch: 6, spooled: [.stdout: 49])
            _ = daemon.attach()
            #expect(try daemon.receive(welcome(epoch: 7)) == [.welcomed])
            #expect(throws: ChannelReceiver.Violation.missing(channel: 2)) { try daemon.receive(end) }
        }
        var daemon = DaemonEndpoint(key: Frame.testKey, epoch: 6, spooled: [.stdout: 50])
        _ = daemon.attach()
        #expect(try daemon.receive(welcome(epoch: 7) + data) == [.welcomed, .bytes(.stdout, [1])])
    }

    @Test("a cell that sends more than its window, or after the end, is told so by an error")
    func violations() throws {
        var daemon = try attached()
        for channel in UpChannel.allCases {
            _ = try daemon.receive(Frame(.data, channel: channel.rawValue, offset: 0).encoded)
            let frame = Frame(.data, channel: channel.rawValue, offset: UInt64(channel.window), payload: [1])
            #expect(throws: ChannelReceiver.Violation.overrun(channel: channel.rawValue)) {
                try daemon.receive(frame.encoded)
            }
        }
        #expect(try daemon.receive(Frame(.end, channel: 1, offset: 0).encoded) == [.ended(.report)])
        #expect(throws: ChannelReceiver.Violation.afterEnd(channel: 1)) {
            try daemon.receive(Frame(.data, channel: 1, offset: 0, payload: [1]).encoded)
        }
    }

    @Test("frames that only a daemon says, and channels that do not exist, are passed over")
    func foreign() throws {
        var daemon = try attached()
        for frame in [
            Frame(.hello, offset: 9, payload: Window.encode([Window(channel: 1, received: 0, limit: 1)])),
            Frame(.cancel, offset: 1, payload: [0, 0, 0, 0]), Frame(.bye, offset: 1),
            Frame(.data, channel: 5, offset: 0, payload: [1]), Frame(.data, channel: 0, offset: 0, payload: [1]),
            Frame(.credit, offset: 1, payload: [1]), Frame(.credit, offset: 2, payload: []),
        ] {
            #expect(try daemon.receive(frame.encoded) == [], "\(frame)")
        }
        #expect(daemon.nextFrame() == nil)
    }

    @Test("orders go before input, and neither beyond its window")
    func order() throws {
        var daemon = DaemonEndpoint(key: Frame.testKey)
        _ = daemon.attach()
        #expect(try daemon.receive(welcome(epoch: 1, limit: 3)) == [.welcomed])
        daemon.send(.stdin, [9, 9, 9, 9])
        daemon.send(.orders, [1, 1])
        daemon.finish(.orders)
        let frames = (0..<4).map { _ in daemon.nextFrame() }
        #expect(frames[0] == Frame(.data, channel: 1, offset: 0, payload: [1, 1]))
        #expect(frames[1] == Frame(.end, channel: 1, offset: 2))
        #expect(frames[2] == Frame(.data, channel: 2, offset: 0, payload: [9, 9, 9]))
        #expect(frames[3] == nil)
        #expect(daemon.room(.stdin) == DownChannel.stdin.window - 4)
    }
}
