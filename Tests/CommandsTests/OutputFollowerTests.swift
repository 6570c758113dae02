import ControlWire
import class Foundation.Pipe
import struct Foundation.Data
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite struct OutputFollowerTests {
    /// What a daemon hands out: each attempt of each stream, in pieces; a call may be cut after some.
    private final class Attempts: JobOutput {
        private let streams: [OutputStream: [[[UInt8]]]]
        private let cuts: Mutex<Int>

        struct Cut: Error {}

        /// - Parameter cuts: calls that end after their first piece, with an error.
        init(_ streams: [OutputStream: [[[UInt8]]]], cuts: Int = 0) {
            self.streams = streams
            self.cuts = Mutex(cuts)
        }

        func output(
            of job: JobID, _ stream: OutputStream, attempt: Int?, _ take: ([UInt8]) async throws -> Void
        ) async throws -> Int? {
            let attempts = streams[stream] ?? []
            guard !attempts.isEmpty else { return 0 }
            let number = attempt ?? attempts.count
            guard number <= attempts.count else { return nil }
            for piece in attempts[number - 1] {
                try await take(piece)
                let isCut = cuts.withLock { cuts in
                    cuts -= 1
                    return cuts >= 0
                }
                if isCut { throw Cut() }
            }
            return number
        }

        func isLast(_ attempt: Int, of job: JobID) async throws -> Bool {
            attempt >= streams.values.map(\.count).max() ?? 0
        }
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

    private static let job: JobID = {
        var generator = SeededGenerator(seed: 1)
        return JobID(using: &generator)
    }()

    /// Follows both streams at once, and gives what is wrong with each.
    @discardableResult
    private func follow(_ attempts: Attempts, to printed: Printed, first: Int? = 1) async throws -> [OutputError?] {
        let printer = OutputPrinter(printed.output)
        @Sendable func one(_ stream: OutputStream) async throws -> OutputError? {
            var follower = OutputFollower(stream, printer: printer)
            while true {
                do {
                    try await follower.follow(Self.job, from: attempts, first: first)
                    return follower.flaw
                } catch is Attempts.Cut {}  // ignored: it goes on where it was
            }
        }
        async let (out, err) = (one(.stdout), one(.stderr))
        return [try await out, try await err]
    }

    private static func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    @Test("what a job writes is passed on byte for byte, each stream to its own")
    func exact() async throws {
        let printed = Printed()
        let (out, err) = (Self.bytes(200_000, salt: 1), Self.bytes(70_001, salt: 2))
        let flaws = try await follow(
            Attempts([.stdout: [Self.pieces(out, of: 997)], .stderr: [Self.pieces(err, of: 4096)]]), to: printed)
        #expect(flaws == [nil, nil])
        #expect(printed.out == out)
        #expect(printed.err == err)
    }

    @Test("a connection that is cut again and again loses nothing and doubles nothing")
    func cut() async throws {
        let printed = Printed()
        let out = Self.bytes(50_000, salt: 3)
        try await follow(Attempts([.stdout: [Self.pieces(out, of: 1000)]], cuts: 7), to: printed)
        #expect(printed.out == out)
    }

    @Test("a reader of our output that has ended stops the passing on, and nothing else")
    func broken() async throws {
        let printed = Printed(capacity: 100_000)
        let out = Self.bytes(300_000, salt: 4)
        try await follow(Attempts([.stdout: [Self.pieces(out, of: 30_000)]]), to: printed)
        #expect(printed.refused == 1)
        #expect(out.starts(with: printed.out))
    }

    @Test(
        "a stream that nobody takes any more does not keep the other one from being passed on",
        arguments: [false, true])
    func eachForItself(_ refusing: Bool) async throws {
        let printed = Printed(refusing: refusing)
        try await follow(Attempts([.stdout: [[[1, 2], [3]]], .stderr: [[[1, 2], [3]]]]), to: printed)
        #expect(printed.refused == 1)
        #expect(printed.out == (refusing ? [1, 2, 3] : []))
        #expect(printed.err == (refusing ? [] : [1, 2, 3]))
    }

    @Test("what a second attempt writes again is passed on once")
    func secondAttempt() async throws {
        let printed = Printed()
        let out = Self.bytes(10_000, salt: 5)
        let first = Self.pieces(Array(out.prefix(6000)), of: 1000)
        let flaws = try await follow(Attempts([.stdout: [first, Self.pieces(out, of: 777)]]), to: printed)
        #expect(printed.out == out)
        #expect(flaws == [nil, nil])
    }

    @Test(
        "a second attempt that writes something else, or less, is not passed on, and said to differ", arguments: [0, 1])
    func unlike(_ kind: Int) async throws {
        let printed = Printed()
        let out = Self.bytes(6000, salt: 6)
        let second = kind == 0 ? Self.bytes(9000, salt: 7) : Array(out.prefix(5000))
        let flaws = try await follow(
            Attempts([.stdout: [Self.pieces(out, of: 1000), Self.pieces(second, of: 1000)]]), to: printed)
        #expect(printed.out == out)
        #expect(flaws[0] == .begunAnew(stream: "standard output"))
        #expect(flaws[0]?.code == .outputDiffers)
    }

    @Test("from the newest attempt on, earlier ones are not shown")
    func newest() async throws {
        let printed = Printed()
        try await follow(Attempts([.stdout: [[[1]], [[2]]]]), to: printed, first: nil)
        #expect(printed.out == [2])
    }

    @Test("a write that hangs is given up when somebody has no more patience")
    func stuck() async throws {
        let begun = Latch()
        let silence = Pipe()
        let output = Output { _, _ in
            begun.open()
            // It waits here, as in a write to a terminal that was stopped.
            _ = silence.fileHandleForReading.availableData
        }
        let printer = OutputPrinter(output)
        let end = await withTaskGroup(of: OutputPrinter.End?.self) { group in
            group.addTask { await printer.pass([1], toError: false) }
            group.addTask {
                await begun.wait()
                printer.dropStuckWrite()
                printer.dropStuckWrite()
                return nil
            }
            return await group.reduce(nil as OutputPrinter.End?) { $0 ?? $1 }
        }
        #expect(end == .stuck)
        try silence.fileHandleForWriting.close()
    }
}
