import CellWire
import TestSupport
import Testing

@Suite struct CellEndpointTests {
    /// A cell that a daemon has attached to, which gives every channel its whole window and then says nothing more.
    private func attachedCell() throws -> CellEndpoint {
        var cell = CellEndpoint()
        #expect(cell.nextFrame() == nil)
        let windows = UpChannel.allCases.map {
            Window(channel: $0.rawValue, received: 0, limit: UInt64($0.window))
        }
        let hello = Frame(.hello, offset: 1, payload: Window.encode(windows))
        #expect(try cell.receive(hello.encoded) == [.attached(epoch: 1)])
        #expect(cell.nextFrame()?.kind == .welcome)
        return cell
    }

    private func drain(_ cell: inout CellEndpoint) -> Int {
        var count = 0
        while let frame = cell.nextFrame() { count += frame.encoded.count }
        return count
    }

    @Test("nothing is said before a daemon has said hello")
    func silence() throws {
        var cell = CellEndpoint()
        for channel in UpChannel.allCases {
            cell.send(channel, [1])
            cell.finish(channel)
        }
        #expect(cell.nextFrame() == nil)
        let early = [
            Frame(.hello, offset: 0, payload: Window.encode([Window(channel: 1, received: 0, limit: 1)])),
            Frame(.hello, offset: 1), Frame(.hello, offset: 1, payload: [1, 2, 3]),
            Frame(.data, channel: 1, offset: 0, payload: [1]), Frame(.end, channel: 2, offset: 0),
            Frame(.welcome, offset: 1, payload: Window.encode([Window(channel: 1, received: 0, limit: 1)])),
        ]
        for frame in early { #expect(try cell.receive(frame.encoded) == [], "\(frame)") }
        #expect(cell.nextFrame() == nil)
        #expect(cell.epoch == 0)
    }

    struct Writing: Sendable, CustomTestStringConvertible {
        let pieces: [Int]
        var testDescription: String { "pieces of \(pieces)" }
    }

    @Test(
        "a daemon that never acknowledges gets at most the cell's window, headers included",
        arguments: [[1], [2], [7], [100], [4096], [32_768], [40_000], [1, 32_768], [3, 500, 1]].map(Writing.init))
    func bound(_ writing: Writing) throws {
        for channels in [[UpChannel.stdout], [.stdout, .stderr], [.report, .stdout, .stderr, .files]] {
            var cell = try attachedCell()
            var onWire = 0
            var isFull = false
            var turn = 0
            while !isFull {
                isFull = true
                for channel in channels {
                    let size = min(writing.pieces[turn % writing.pieces.count], cell.room(channel))
                    cell.send(channel, [UInt8](repeating: 7, count: size))
                    let written = drain(&cell)
                    isFull = isFull && written == 0
                    onWire += written
                    turn += 1
                }
            }
            for channel in channels { cell.finish(channel) }
            onWire += drain(&cell)
            #expect(onWire <= CellWire.cellWindow, "\(channels)")
        }
    }

    @Test("a report still goes out when the tool has filled its share of the wire", arguments: [1, 50, 32_768])
    func reportGoes(piece: Int) throws {
        var cell = try attachedCell()
        var onWire = 0
        for _ in 0..<30_000 {
            var written = 0
            for channel in [UpChannel.stdout, .stderr, .files] {
                cell.send(channel, [UInt8](repeating: 7, count: min(piece, cell.room(channel))))
                written += drain(&cell)
            }
            onWire += written
            if written == 0 { break }
        }
        #expect(drain(&cell) == 0)
        cell.send(.report, [UInt8](repeating: 9, count: 40_000))
        cell.finish(.report)
        var report = 0
        while let frame = cell.nextFrame() {
            #expect(frame.channel == UpChannel.report.rawValue)
            report += frame.payload.count
            onWire += frame.encoded.count
        }
        #expect(report == 40_000)
        #expect(onWire <= CellWire.cellWindow)
    }

    @Test("control frames go whatever is unacknowledged")
    func controlGoes() throws {
        var cell = try attachedCell()
        for channel in UpChannel.allCases { cell.send(channel, [UInt8](repeating: 7, count: channel.window)) }
        _ = drain(&cell)
        let frame = Frame(.data, channel: 2, offset: 0, payload: [UInt8](repeating: 1, count: 32 << 10))
        #expect(try cell.receive(frame.encoded) == [.stdin(frame.payload)])
        cell.consume(.stdin, frame.payload.count)
        let creditFrame = cell.nextFrame()
        let credit = try #require(creditFrame)
        #expect((credit.kind, credit.offset) == (.credit, 1))
        let windows = try #require(Window.decode(credit.payload))
        #expect(
            windows[1] == Window(channel: 2, received: 32 << 10, limit: UInt64((32 << 10) + DownChannel.stdin.window)))
        let again = Frame(
            .hello, offset: 1, payload: Window.encode([Window(channel: 1, received: 0, limit: 1)]))
        #expect(try cell.receive(again.encoded) == [])
        #expect(cell.nextFrame()?.kind == .welcome)
    }

    @Test("a channel that has used up its window leaves the others going")
    func channelsApart() throws {
        var cell = try attachedCell()
        cell.send(.stdout, [UInt8](repeating: 1, count: UpChannel.stdout.window))
        cell.finish(.stdout)
        while let frame = cell.nextFrame() { #expect(frame.channel == 2) }
        #expect(cell.room(.stdout) == 0)
        cell.send(.stderr, [5])
        #expect(cell.nextFrame() == Frame(.data, channel: 3, offset: 0, payload: [5]))
        cell.send(.files, [6])
        #expect(cell.nextFrame() == Frame(.data, channel: 4, offset: 0, payload: [6]))
    }

    @Test("stdout and stderr take turns, a report goes first, files last")
    func turns() throws {
        var cell = try attachedCell()
        for channel in [UpChannel.files, .stderr, .stdout, .report] {
            cell.send(channel, [UInt8](repeating: 1, count: 60_000))
        }
        var order: [UInt8] = []
        while let frame = cell.nextFrame() { order.append(frame.channel) }
        #expect(order == [1, 1, 2, 3, 2, 3, 4, 4])
    }

    @Test("a credit frees the wire again, and the sender's memory")
    func credit() throws {
        var cell = try attachedCell()
        cell.send(.stdout, [UInt8](repeating: 1, count: UpChannel.stdout.window))
        _ = drain(&cell)
        #expect(cell.room(.stdout) == 0)
        let window = Window(channel: 2, received: 1000, limit: UInt64(UpChannel.stdout.window + 1000))
        #expect(try cell.receive(Frame(.credit, offset: 1, payload: Window.encode([window])).encoded) == [])
        #expect(cell.room(.stdout) == 1000)
        cell.send(.stdout, [UInt8](repeating: 2, count: 1000))
        #expect(drain(&cell) == 1000 + Frame.headerSize)
    }

    @Test("a credit is due for a quarter of a window, not for every byte")
    func creditsAreRare() throws {
        var cell = try attachedCell()
        let quarter = DownChannel.stdin.window / 4
        let bytes = [UInt8](repeating: 1, count: quarter)
        #expect(try cell.receive(Frame(.data, channel: 2, offset: 0, payload: bytes).encoded) == [.stdin(bytes)])
        cell.consume(.stdin, quarter - 1)
        #expect(cell.nextFrame() == nil)
        cell.consume(.stdin, 1)
        #expect(cell.nextFrame()?.kind == .credit)
    }

    @Test("a daemon that sends more than its window is told so by an error")
    func overrun() throws {
        var cell = try attachedCell()
        let channel = DownChannel.orders
        let frame = Frame(.data, channel: channel.rawValue, offset: UInt64(channel.window), payload: [1])
        #expect(throws: ChannelReceiver.Violation.overrun(channel: channel.rawValue)) {
            try cell.receive(frame.encoded)
        }
    }

    @Test("frames of channels that do not exist and cancels of a wrong size are passed over")
    func unknown() throws {
        var cell = try attachedCell()
        for frame in [
            Frame(.data, channel: 3, offset: 0, payload: [1]), Frame(.end, channel: 0, offset: 0),
            Frame(.cancel, offset: 1, payload: [1, 2, 3]), Frame(.cancel, offset: 1),
            Frame(.credit, offset: 1, payload: Window.encode([Window(channel: 77, received: 1, limit: 1)])),
            Frame(.credit, offset: 1, payload: [1]),
        ] {
            #expect(try cell.receive(frame.encoded) == [], "\(frame)")
            #expect(cell.nextFrame() == nil)
        }
        #expect(
            try cell.receive(Frame(.cancel, offset: 1, payload: [0x10, 0x27, 0, 0]).encoded) == [
                .cancel(graceMilliseconds: 10_000)
            ])
        #expect(try cell.receive(Frame(.bye, offset: 1).encoded) == [.bye])
    }
}
