import Foundation
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite struct OutputFollowerTests {
    /// A spool in memory.
    private final class MemorySpool: Spool {
        private let bytes = Mutex<[UInt8]>([])
        private let isClosed = Mutex(false)

        var length: Int64 { get async { Int64(bytes.withLock(\.count)) } }
        func append(_ more: [UInt8]) async throws(StoreError) { bytes.withLock { $0 += more } }
        func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
            if isClosed.withLock({ $0 }) { throw .unavailable(path: "spool", reason: "it is closed") }
            return bytes.withLock { Array($0.dropFirst(Int(offset)).prefix(count)) }
        }
        func close() async { isClosed.withLock { $0 = true } }
    }

    /// What was printed, by stream; it may refuse after some bytes, as a pipe does whose reader has ended.
    private final class Printed: Sendable {
        private let state = Mutex((out: Data(), err: Data(), refused: 0))
        private let capacity: Int

        private let refusing: Bool?

        /// - Parameter refusing: the stream that takes nothing at all: true for stderr.
        init(capacity: Int = .max, refusing: Bool? = nil) { (self.capacity, self.refusing) = (capacity, refusing) }

        struct Broken: Error {}

        var output: Output {
            Output { [self] toError, data in
                try state.withLock { state in
                    let isTooMuch = state.out.count + state.err.count + data.count > capacity
                    guard !isTooMuch, toError != refusing else {
                        state.refused += 1
                        throw Broken()
                    }
                    if toError { state.err += data } else { state.out += data }
                }
            }
        }
        var out: [UInt8] { state.withLock { Array($0.out) } }
        var err: [UInt8] { state.withLock { Array($0.err) } }
        var refused: Int { state.withLock(\.refused) }
    }

    /// Every byte value, among them those that are no UTF-8.
    private static func bytes(_ count: Int, salt: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 251 &+ $0 >> 8 &+ salt) }
    }

    @Test("what is in the spools is passed on byte for byte, each stream to its own")
    func exact() async throws {
        let (printed, out, err) = (Printed(), MemorySpool(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(out, toError: false)
        await follower.follow(err, toError: true)
        try await out.append(Self.bytes(200_000, salt: 1))
        try await err.append(Self.bytes(70_001, salt: 2))
        await follower.drain()
        #expect(printed.out == Self.bytes(200_000, salt: 1))
        #expect(printed.err == Self.bytes(70_001, salt: 2))
        await follower.drain()
        #expect(printed.out.count == 200_000)
    }

    @Test("what comes while it is followed is passed on once, however many ask for it at once")
    func growing() async throws {
        let (printed, out, err) = (Printed(), MemorySpool(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(out, toError: false)
        await follower.follow(err, toError: true)
        let wanted = Self.bytes(100_000, salt: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await follower.run() }
            group.addTask {
                for start in stride(from: 0, to: wanted.count, by: 997) {
                    try await out.append(Array(wanted[start..<min(start + 997, wanted.count)]))
                    follower.wakeUp()
                    if start.isMultiple(of: 5) { try await err.append([UInt8(truncatingIfNeeded: start)]) }
                    if start.isMultiple(of: 7) { await follower.drain() }
                }
                await follower.drain()
                follower.end()
            }
            for _ in 0..<4 { group.addTask { await follower.drain() } }
            try await group.waitForAll()
        }
        #expect(printed.out == wanted)
        let lines = stride(from: 0, to: wanted.count, by: 997).filter { $0.isMultiple(of: 5) }
        #expect(printed.err == lines.map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test("a reader of our output that has ended stops the passing on, and nothing else")
    func broken() async throws {
        let (printed, out) = (Printed(capacity: 100_000), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(out, toError: false)
        try await out.append(Self.bytes(300_000, salt: 4))
        await follower.drain()
        await follower.drain()
        #expect(printed.refused == 1)
        #expect(Self.bytes(300_000, salt: 4).starts(with: printed.out))
        #expect(await out.length == 300_000)
    }

    @Test(
        "a stream that nobody takes any more does not keep the other one from being passed on",
        arguments: [false, true])
    func eachForItself(_ refusing: Bool) async throws {
        let (printed, out, err) = (Printed(refusing: refusing), MemorySpool(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(out, toError: false)
        await follower.follow(err, toError: true)
        for piece in [[1, 2], [3]] as [[UInt8]] {
            try await out.append(piece)
            try await err.append(piece)
            await follower.drain()
        }
        #expect(printed.refused == 1)
        #expect(printed.out == (refusing ? [1, 2, 3] : []))
        #expect(printed.err == (refusing ? [] : [1, 2, 3]))
    }

    @Test("a spool that is closed under the follower is the end of it, not a failure")
    func closed() async throws {
        let (printed, out) = (Printed(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(out, toError: false)
        try await out.append([1, 2, 3])
        await follower.drain()
        await out.close()
        await follower.drain()
        #expect(printed.out == [1, 2, 3])
    }

    @Test("followed spools pass on what is written to stdout and stderr, and only that, before they are gone")
    func followedSpools() async throws {
        struct OneSpool: Spools {
            let spool: MemorySpool
            func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool { spool }
            func remove(_ attempt: AttemptID) async throws(StoreError) {}
        }
        var ids = SeededGenerator(seed: 1)
        let attempt = AttemptID(job: JobID(using: &ids), number: 1)
        for (stream, wanted) in [
            (SpoolStream.stdout, ([UInt8](arrayLiteral: 1, 2), [UInt8]())), (.stderr, ([], [1, 2])),
            (.report, ([], [])),
            (.artifacts, ([], [])),
        ] {
            let printed = Printed()
            let follower = OutputFollower(output: printed.output)
            await follower.follow(attempt.job)
            let spools = FollowedSpools(OneSpool(spool: MemorySpool()), follower: follower)
            let spool = try await spools.open(attempt, stream)
            try await spool.append([1, 2])
            await spool.close()
            #expect(printed.out == [] && printed.err == [], "whoever closes does not wait for a reader")
            try await spools.remove(attempt)
            #expect(printed.out == wanted.0, "\(stream)")
            #expect(printed.err == wanted.1, "\(stream)")
        }
    }

    @Test("what another job writes is not passed on")
    func otherJob() async throws {
        struct OneSpool: Spools {
            let spool: MemorySpool
            func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool { spool }
            func remove(_ attempt: AttemptID) async throws(StoreError) {}
        }
        var ids = SeededGenerator(seed: 1)
        let printed = Printed()
        let follower = OutputFollower(output: printed.output)
        await follower.follow(JobID(using: &ids))
        let spools = FollowedSpools(OneSpool(spool: MemorySpool()), follower: follower)
        let other = AttemptID(job: JobID(using: &ids), number: 1)
        try await spools.open(other, .stdout).append([1, 2])
        await follower.drain()
        try await spools.remove(other)
        #expect(printed.out == [])
    }

    @Test(
        "a further attempt goes on where the earlier one ended, if it has written the same; else nothing of it is printed",
        arguments: [
            (later: "begun, and more", printed: "begun, and more", isFlawed: false),
            (later: "begun", printed: "begun", isFlawed: false),
            (later: "other, and more", printed: "begun", isFlawed: true),
            (later: "beg", printed: "begun", isFlawed: true),
            (later: "", printed: "begun", isFlawed: true),
        ])
    func furtherAttempt(later: String, printed wanted: String, isFlawed: Bool) async throws {
        let (printed, first, second) = (Printed(), MemorySpool(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(first, toError: false)
        try await first.append(Array("begun".utf8))
        await follower.drain()
        await follower.follow(second, toError: false)
        for byte in later.utf8 {
            try await second.append([byte])
            await follower.drain()
        }
        await follower.drain()
        #expect(String(decoding: printed.out, as: UTF8.self) == wanted)
        let flaw = await follower.flaw
        #expect(flaw == (isFlawed ? .begunAnew(stream: "standard output") : nil))
    }

    @Test("a further attempt needs to repeat nothing where nothing was printed")
    func nothingPrinted() async throws {
        let (printed, first, second) = (Printed(), MemorySpool(), MemorySpool())
        let follower = OutputFollower(output: printed.output)
        await follower.follow(first, toError: true)
        await follower.drain()
        await follower.follow(second, toError: true)
        await follower.drain()
        let flaw = await follower.flaw
        #expect(flaw == nil)
    }
}
