import ControlClient
import ControlWire
import Model
import Ports
import Scheduler
import TestSupport
import Testing
import Waiting

@testable import ControlAPI

@Suite struct InputRoutesTests {
    private static let id = "k3v9x2m7q4ta"

    /// Pieces one after the other, each when it may come.
    private actor Pieces: InputSource {
        private var rest: [[UInt8]]
        private(set) var given = 0
        init(_ rest: [[UInt8]]) { self.rest = rest }
        func next() -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            given += 1
            return rest.removeFirst()
        }
    }

    /// Gives one piece, and then nothing for as long as it is not cancelled.
    private actor Endless: InputSource {
        private var first: [UInt8]? = Array("first".utf8)
        func next() async -> [UInt8]? {
            if let piece = first.take() { return piece }
            await Latch().wait()
            return nil
        }
    }

    private func all(_ input: any InputSource) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await input.next() { bytes += piece }
        return bytes
    }

    @Test("what a client sends reaches the job, to the end and no further")
    func whole() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob(isLive: true)
            let input = fixture.inputs.input(for: job)
            let pieces = (0..<40).map { [UInt8](repeating: UInt8($0), count: 50_000) }
            let (view, taken) = try await withThrowingTaskGroup(of: StdinView?.self) { group in
                group.addTask { try await fixture.client.feed(Pieces(pieces), to: Self.id) }
                let taken = try await all(input)
                let view = try await group.next() ?? nil
                return (view, taken)
            }
            #expect(taken == pieces.flatMap(\.self))
            #expect(view == StdinView(takenBytes: 2_000_000, isWhole: true))
            let error = await #expect(throws: ControlError.self) {
                try await fixture.client.feed(Pieces([]), to: Self.id)
            }
            #expect(error?.code == .conflict)
        }
    }

    @Test("a job that takes nothing holds its client back")
    func backpressure() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob(isLive: true)
            let input = fixture.inputs.input(for: job)
            let pieces = Pieces((0..<400).map { _ in [UInt8](repeating: 1, count: 64 << 10) })
            try await withThrowingTaskGroup(of: StdinView.self) { group in
                group.addTask { try await fixture.client.feed(pieces, to: Self.id) }
                // One piece shows that it flows; what is then on its way are some buffers, not 25 MiB.
                let first = try await input.next()
                #expect(first?.isEmpty == false)
                try await fixture.store.end(
                    job, as: .cancelled, reason: "cancelled", message: "It was.", at: WallTime(milliseconds: 5))
                let view = try await group.next()
                #expect(view?.isWhole == false)
            }
            let given = await pieces.given
            #expect(given < 100)
        }
    }

    @Test("a client that goes is the end of the input")
    func clientGone() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob(isLive: true)
            let input = fixture.inputs.input(for: job)
            let socket = try RawSocket(fixture.path)
            await socket.send(
                "POST /jobs/\(Self.id)/stdin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            let first = try await input.next()
            #expect(first == Array("first".utf8))
            socket.finish()
            let end = try await input.next()
            #expect(end == nil)
        }
    }

    @Test("the job's end is the end of the feeding, although the client has more")
    func jobEnds() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob(isLive: true)
            let input = fixture.inputs.input(for: job)
            let view = try await withThrowingTaskGroup(of: StdinView.self) { group in
                group.addTask { try await fixture.client.feed(Endless(), to: Self.id) }
                let first = try await input.next()
                #expect(first == Array("first".utf8))
                try await fixture.store.end(
                    job, as: .cancelled, reason: "cancelled", message: "It was.", at: WallTime(milliseconds: 5))
                return try await group.next()
            }
            #expect(view == StdinView(takenBytes: 5, isWhole: false))
            let late = await #expect(throws: ControlError.self) {
                try await fixture.client.feed(Pieces([]), to: Self.id)
            }
            #expect(late?.message.contains("is cancelled: it reads nothing any more") == true)
        }
    }

    @Test("a job without a live input takes none")
    func notLive() async throws {
        try await ControlFixture.with { fixture in
            _ = try fixture.makeJob()
            let told = try await Programs.curl(fixture.path, ["-d", "x", "http://x/jobs/\(Self.id)/stdin"])
            #expect(told.output.hasPrefix("HTTP/1.1 409 "))
            #expect(told.output.contains("was not submitted with a live standard input"))
        }
    }
}
