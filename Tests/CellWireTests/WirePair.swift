import CellWire

/// A cell and its daemon on one wire that can be cut at any byte, with everything that either of them got.
///
/// Nothing in it waits: whoever uses it says how many bytes move, and when.
struct WirePair {
    private(set) var cell = CellEndpoint()
    private(set) var daemon = DaemonEndpoint(key: Frame.testKey)
    /// Written by the daemon and not yet read by the cell, and the other way round.
    private(set) var down: [UInt8] = []
    private(set) var up: [UInt8] = []
    /// All that the daemon has ever handed in, to be handed in again by another process with the same input.
    private(set) var handedIn: [DownChannel: [UInt8]] = [:]
    private(set) var finished: Set<DownChannel> = []
    /// What has arrived.
    private(set) var spools: [UpChannel: [UInt8]] = [:]
    private(set) var got: [DownChannel: [UInt8]] = [:]
    /// How often each channel's end was told since the last attach.
    private(set) var ends: [UpChannel: Int] = [:]
    private(set) var stdinEnds = 0
    private(set) var epochs: [UInt64] = []
    private(set) var welcomes = 0
    private(set) var cancels: [Int] = []
    private(set) var byes = 0
    /// Received by the daemon and not yet in a spool.
    private(set) var unspooled: [(channel: UpChannel, bytes: [UInt8])] = []
    /// Received by the cell and not yet used up.
    private(set) var unconsumed: [DownChannel: Int] = [:]

    // MARK: What the two have to say

    mutating func send(_ channel: UpChannel, _ bytes: [UInt8]) { cell.send(channel, bytes) }
    mutating func finish(_ channel: UpChannel) { cell.finish(channel) }
    mutating func send(_ channel: DownChannel, _ bytes: [UInt8]) {
        daemon.send(channel, bytes)
        handedIn[channel, default: []] += bytes
    }
    mutating func finish(_ channel: DownChannel) {
        daemon.finish(channel)
        finished.insert(channel)
    }
    mutating func cancel(graceMilliseconds: UInt32) { daemon.cancel(graceMilliseconds: graceMilliseconds) }
    mutating func bye() { daemon.bye() }
    mutating func sayHello() { down += daemon.hello }
    /// Somebody else writes into the stream to the cell, behind the next `count` bytes.
    mutating func intrude(_ bytes: [UInt8], after count: Int) { down.insert(contentsOf: bytes, at: count) }

    // MARK: The wire

    /// Ends the stream and attaches a new one: `down` is cut after `keepingDown` bytes, of `up` the first `losingUp` are lost.
    mutating func reattach(keepingDown: Int, losingUp: Int, asNewProcess: Bool = false) {
        down.removeLast(down.count - min(keepingDown, down.count))
        up.removeFirst(min(losingUp, up.count))
        unspooled = []
        ends = [:]
        if asNewProcess {
            daemon = DaemonEndpoint(
                key: Frame.testKey, epoch: daemon.epoch, spooled: spools.mapValues { UInt64($0.count) })
            for (channel, bytes) in handedIn { daemon.send(channel, bytes) }
            for channel in finished { daemon.finish(channel) }
        }
        down += daemon.attach()
    }

    /// Lets the daemon write its next frame; false if it has nothing to say.
    mutating func daemonWrites() -> Bool {
        guard let frame = daemon.nextFrame() else { return false }
        down += frame.encoded
        return true
    }

    mutating func cellWrites() -> Bool {
        guard let frame = cell.nextFrame() else { return false }
        up += frame.encoded
        return true
    }

    mutating func cellReads(_ count: Int) throws(ChannelReceiver.Violation) {
        let bytes = Array(down.prefix(count))
        down.removeFirst(bytes.count)
        for event in try cell.receive(bytes) {
            switch event {
            case .attached(let epoch): epochs.append(epoch)
            case .orders(let bytes): take(.orders, bytes)
            case .stdin(let bytes): take(.stdin, bytes)
            case .stdinEnded: stdinEnds += 1
            case .cancel(let grace): cancels.append(grace)
            case .bye: byes += 1
            }
        }
    }

    private mutating func take(_ channel: DownChannel, _ bytes: [UInt8]) {
        got[channel, default: []] += bytes
        unconsumed[channel, default: 0] += bytes.count
    }

    mutating func daemonReads(_ count: Int) throws(ChannelReceiver.Violation) {
        let bytes = Array(up.prefix(count))
        up.removeFirst(bytes.count)
        for event in try daemon.receive(bytes) {
            switch event {
            case .welcomed: welcomes += 1
            case .bytes(let channel, let bytes): unspooled.append((channel, bytes))
            case .ended(let channel): ends[channel, default: 0] += 1
            }
        }
    }

    /// Writes what was received first into its spool, or a part of it.
    mutating func spool(upTo count: Int = .max) {
        guard let (channel, bytes) = unspooled.first else { return }
        let part = bytes.prefix(count)
        spools[channel, default: []] += part
        daemon.spooled(channel, count: part.count)
        if part.count == bytes.count {
            unspooled.removeFirst()
        } else {
            unspooled[0].bytes.removeFirst(part.count)
        }
    }

    mutating func consume(_ channel: DownChannel, upTo count: Int = .max) {
        let part = min(unconsumed[channel] ?? 0, count)
        guard part > 0 else { return }
        unconsumed[channel, default: 0] -= part
        cell.consume(channel, part)
    }

    /// Goes on until neither end has anything more to say.
    mutating func settle() throws(ChannelReceiver.Violation) {
        var moved = true
        while moved {
            moved = false
            while daemonWrites() { moved = true }
            moved = moved || !down.isEmpty
            try cellReads(down.count)
            for channel in DownChannel.allCases { consume(channel) }
            while cellWrites() { moved = true }
            moved = moved || !up.isEmpty
            try daemonReads(up.count)
            while !unspooled.isEmpty { spool() }
        }
    }
}
