import CellWire
import TestSupport
import Testing

/// Both ends of the wire together: everything arrives whole and once, whatever is cut.
@Suite struct WirePairTests {
    @Test("without a cut, everything arrives in both directions, and the cell knows that it did")
    func withoutCuts() throws {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        pair.send(.orders, Self.bytes(5, 700_000))
        pair.send(.stdin, Self.bytes(6, 300_001))
        for channel in UpChannel.allCases {
            pair.send(channel, Self.bytes(channel.rawValue, channel.window * 2 + 1))
            pair.finish(channel)
        }
        for channel in DownChannel.allCases { pair.finish(channel) }
        try pair.settle()
        #expect(pair.got == pair.handedIn)
        for channel in UpChannel.allCases {
            #expect(pair.spools[channel] == Self.bytes(channel.rawValue, channel.window * 2 + 1))
            #expect(pair.ends[channel] == 1)
        }
        #expect((pair.stdinEnds, pair.welcomes, pair.epochs) == (1, 1, [1]))
    }

    private static func bytes(_ salt: UInt8, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ Int(salt)) }
    }

    // MARK: Every byte of a fixed exchange

    /// Up to `cut` bytes of one direction get through, then the daemon attaches anew; everything must be there at the end.
    ///
    /// - Returns: how many bytes went in that direction before there was nothing more to say.
    private func exchange(cutDown: Int? = nil, cutUp: Int? = nil, asNewProcess: Bool) throws -> (down: Int, up: Int) {
        var pair = Self.begun
        var read = (down: 0, up: 0)
        var isCut = false
        var moved = true
        while moved, !isCut {
            moved = false
            while pair.daemonWrites() { moved = true }
            let down = min(pair.down.count, cutDown.map { $0 - read.down } ?? .max)
            isCut = down < pair.down.count || read.down + down == cutDown
            try pair.cellReads(down)
            read.down += down
            for channel in DownChannel.allCases { pair.consume(channel) }
            while pair.cellWrites() { moved = true }
            let up = min(pair.up.count, cutUp.map { $0 - read.up } ?? .max)
            isCut = isCut || up < pair.up.count || read.up + up == cutUp
            try pair.daemonReads(up)
            read.up += up
            while !pair.unspooled.isEmpty { pair.spool() }
            moved = moved || down + up > 0
        }
        if isCut {
            // What the cell was saying when the stream ended is lost but for its tail, in the middle of which the next begins.
            pair.reattach(keepingDown: 0, losingUp: pair.up.count / 2, asNewProcess: asNewProcess)
            try pair.settle()
        }
        expectWhole(
            pair, "cut after \(cutDown.map { "\($0) bytes down" } ?? cutUp.map { "\($0) bytes up" } ?? "nothing")")
        return read
    }

    /// Something to say on every channel, and a first attach.
    private static var begun: WirePair {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        pair.send(.orders, Array("an order".utf8))
        pair.send(.stdin, Array("input".utf8))
        for channel in DownChannel.allCases { pair.finish(channel) }
        pair.send(.report, Array("a report".utf8))
        pair.send(.stdout, Array("out".utf8))
        pair.send(.stderr, Array("err".utf8))
        pair.send(.files, Array("a file".utf8))
        for channel in UpChannel.allCases { pair.finish(channel) }
        return pair
    }

    private func expectWhole(_ pair: WirePair, _ place: String) {
        #expect(pair.got == pair.handedIn, "\(place)")
        #expect(pair.spools[.report] == Array("a report".utf8), "\(place)")
        #expect(pair.spools[.stdout] == Array("out".utf8), "\(place)")
        #expect(pair.spools[.stderr] == Array("err".utf8), "\(place)")
        #expect(pair.spools[.files] == Array("a file".utf8), "\(place)")
        #expect(pair.ends.values.allSatisfy { $0 == 1 } && pair.ends.count == 4, "\(place)")
        #expect(pair.stdinEnds == 1, "\(place)")
    }

    @Test(
        "what somebody else writes into the stream to the cell, in the middle of a frame too, costs nothing",
        arguments: [[0xCA], Frame.magic, [UInt8](repeating: 7, count: 100)])
    func junk(_ junk: [UInt8]) throws {
        // Behind the first hello: until then no key tells a cell which header is one.
        let first = CellWire.padding + DaemonEndpoint(key: Frame.testKey).hello.count
        var place = first
        while try goesOn(with: junk, after: place) { place += 1 }
        #expect(place > first + 150)
    }

    /// False if the daemon has said everything before `place`.
    private func goesOn(with junk: [UInt8], after place: Int) throws -> Bool {
        var pair = Self.begun
        pair.cancel(graceMilliseconds: 1)
        var (written, isIn) = (0, false)
        while !isIn {
            while pair.daemonWrites() {}
            if pair.down.isEmpty { return false }
            if written + pair.down.count > place {
                pair.intrude(junk, after: place - written)
                isIn = true
            }
            written += pair.down.count
            try pair.cellReads(.max)
            for channel in DownChannel.allCases { pair.consume(channel) }
            while pair.cellWrites() {}
            try pair.daemonReads(.max)
            while !pair.unspooled.isEmpty { pair.spool() }
        }
        try pair.settle()
        expectWhole(pair, "\(junk.count) bytes after \(place)")
        #expect(!pair.cancels.isEmpty, "\(junk.count) bytes after \(place)")
        return true
    }

    @Test("a cut after any byte on the way to the cell loses and doubles nothing", arguments: [false, true])
    func everyByteDown(asNewProcess: Bool) throws {
        let total = try exchange(asNewProcess: asNewProcess).down
        #expect(total > CellWire.padding + 200)
        // Within the padding one byte is like another.
        let padding = Array(stride(from: 0, to: CellWire.padding - 30, by: 4099))
        for cut in padding + Array(CellWire.padding - 30...total) {
            _ = try exchange(cutDown: cut, asNewProcess: asNewProcess)
        }
    }

    @Test("a cut after any byte on the way from the cell loses and doubles nothing", arguments: [false, true])
    func everyByteUp(asNewProcess: Bool) throws {
        let total = try exchange(asNewProcess: asNewProcess).up
        #expect(total > 200)
        for cut in 0...total { _ = try exchange(cutUp: cut, asNewProcess: asNewProcess) }
    }

    // MARK: Seeds

    @Test("whatever is cut, wherever and however often, everything arrives whole and once", arguments: 0..<240)
    func seeds(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var run = SeededRun(generator: generator)
        // Few cuts and many, small pieces and large ones.
        let steps = Int.random(in: 40...200, using: &generator)
        for _ in 0..<steps { try run.step() }
        try run.end()
        for channel in UpChannel.allCases {
            #expect(run.pair.spools[channel] ?? [] == run.said[channel] ?? [], "seed \(seed): \(channel)")
            #expect(run.pair.ends[channel] == 1, "seed \(seed): \(channel)")
        }
        for channel in DownChannel.allCases {
            #expect(run.pair.got[channel] ?? [] == run.pair.handedIn[channel] ?? [], "seed \(seed): \(channel)")
        }
        #expect(run.pair.stdinEnds == 1, "seed \(seed)")
        #expect(run.pair.epochs == run.pair.epochs.sorted(), "seed \(seed)")
    }

    /// One run of random steps on a pair.
    private struct SeededRun {
        var pair = WirePair()
        var said: [UpChannel: [UInt8]] = [:]
        private var generator: SeededGenerator
        private let cutWeight: Int

        init(generator: SeededGenerator) {
            self.generator = generator
            cutWeight = Int.random(in: 1...6, using: &self.generator)
            pair.reattach(keepingDown: 0, losingUp: 0)
        }

        private mutating func upTo(_ bound: Int) -> Int { Int.random(in: 0...bound, using: &generator) }

        private mutating func piece(room: Int) -> [UInt8] {
            let size = upTo(30) == 0 ? upTo(40_000) : upTo(4) == 0 ? upTo(3000) : upTo(60)
            // Bytes of the magic come often, so that data looks like the start of a frame.
            let alphabet = Frame.magic + [3, 0, UInt8(upTo(255))]
            return (0..<min(size, room)).map { alphabet[($0 &* 7 &+ size) % alphabet.count] }
        }

        mutating func step() throws {
            switch upTo(100) {
            case 0..<20:
                let channel = UpChannel.allCases[upTo(3)]
                let bytes = piece(room: pair.cell.room(channel))
                pair.send(channel, bytes)
                said[channel, default: []] += bytes
            case 20..<30:
                let channel = DownChannel.allCases[upTo(1)]
                pair.send(channel, piece(room: pair.daemon.room(channel)))
            case 30..<42: _ = pair.daemonWrites()
            case 42..<56: _ = pair.cellWrites()
            case 56..<68: try pair.cellReads(upTo(4) == 0 ? upTo(50) : CellWire.padding + upTo(2000))
            case 68..<78: try pair.daemonReads(upTo(2) == 0 ? upTo(50) : upTo(60_000))
            case 78..<86: pair.spool(upTo: upTo(1) == 0 ? .max : upTo(100))
            case 86..<92: pair.consume(DownChannel.allCases[upTo(1)], upTo: upTo(1) == 0 ? .max : upTo(500))
            case 92..<94: pair.sayHello()
            case 94...(94 + cutWeight): cut()
            default: break
            }
        }

        /// The stream ends: of what is on its way, a part is lost in both directions.
        private mutating func cut() {
            pair.reattach(
                keepingDown: upTo(pair.down.count), losingUp: upTo(pair.up.count), asNewProcess: upTo(2) == 0)
        }

        mutating func end() throws {
            for channel in UpChannel.allCases { pair.finish(channel) }
            for channel in DownChannel.allCases { pair.finish(channel) }
            // The last cut comes when both have said that they have no more to say.
            for _ in 0..<upTo(40) { try step(readOnly: true) }
            cut()
            try pair.settle()
        }

        /// A step that adds nothing.
        private mutating func step(readOnly: Bool) throws {
            switch upTo(4) {
            case 0: _ = pair.daemonWrites()
            case 1: _ = pair.cellWrites()
            case 2: try pair.cellReads(upTo(60_000))
            case 3: try pair.daemonReads(upTo(60_000))
            default: pair.spool()
            }
        }
    }

    // MARK: Epochs

    @Test("a credit, a cancel and a bye of an older epoch are not obeyed")
    func olderEpoch() throws {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        try pair.settle()
        let old = pair.daemon.epoch
        pair.reattach(keepingDown: 0, losingUp: 0)
        try pair.settle()
        var cell = pair.cell
        cell.send(.stdout, [1, 2, 3])
        #expect(cell.nextFrame()?.payload == [1, 2, 3])
        for frame in [
            Frame(.credit, offset: old, payload: Window.encode([Window(channel: 2, received: 3, limit: 1 << 20)])),
            Frame(.cancel, offset: old, payload: [1, 0, 0, 0]), Frame(.bye, offset: old),
            Frame(.hello, offset: old, payload: Window.encode([Window(channel: 2, received: 3, limit: 1 << 20)])),
        ] {
            #expect(try cell.receive(frame.encoded) == [], "\(frame.kind)")
            #expect(cell.nextFrame() == nil, "\(frame.kind)")
        }
        #expect(cell.room(.stdout) == UpChannel.stdout.window - 3)
        #expect(cell.epoch == old + 1)
    }

    @Test("a cancel and a bye of the newest epoch arrive, also several")
    func control() throws {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        pair.cancel(graceMilliseconds: 5000)
        pair.cancel(graceMilliseconds: 0)
        pair.bye()
        try pair.settle()
        #expect((pair.cancels, pair.byes) == ([5000, 0], 1))
    }

    @Test("what was received and not spooled comes again after a cut, exactly once in the spool")
    func unspooled() throws {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        pair.send(.stdout, Array("abcdef".utf8))
        try pair.cellReads(.max)
        while pair.cellWrites() {}
        try pair.daemonReads(.max)
        #expect(pair.unspooled.count == 1)
        pair.spool(upTo: 2)
        pair.reattach(keepingDown: 0, losingUp: 0, asNewProcess: true)
        try pair.settle()
        #expect(pair.spools[.stdout] == Array("abcdef".utf8))
    }

    @Test("hellos said again while a cell starts give one welcome event and no second start")
    func repeatedHello() throws {
        var pair = WirePair()
        pair.reattach(keepingDown: 0, losingUp: 0)
        for _ in 0..<5 { pair.sayHello() }
        pair.send(.stdout, [1])
        try pair.settle()
        pair.sayHello()
        pair.send(.stdout, [2])
        try pair.settle()
        #expect((pair.welcomes, pair.epochs, pair.spools[.stdout]) == (1, [1], [1, 2]))
    }
}
