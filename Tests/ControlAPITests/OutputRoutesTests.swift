import ControlClient
import ControlWire
import Foundation
import Model
import Ports
import TestSupport
import Testing
import Waiting

@testable import ControlAPI

@Suite struct OutputRoutesTests {
    private static let id = "k3v9x2m7q4ta"

    @Test("what a job writes is handed out while it writes, and the stream ends with the attempt")
    func growing() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            try await out.append(Array("one ".utf8))
            let seen = Gathered()
            try await withThrowingTaskGroup(of: (attempt: Int, end: Int64).self) { group in
                group.addTask { try await fixture.client.output(of: Self.id, .stdout) { seen.add($0) } }
                await seen.wait(for: 4)
                try await out.append(Array("two ".utf8))
                await seen.wait(for: 8)
                try await out.append(Array("three".utf8))
                try await fixture.finish(attempt, out)
                let end = try await group.next()
                #expect(end?.attempt == 1)
                #expect(end?.end == 13)
            }
            #expect(seen.text == "one two three")
            // Nobody is left who watches.
            #expect(fixture.changes.watchedKeys.isEmpty)
        }
    }

    @Test("a job that waits hands out nothing until it has an attempt")
    func queued() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let seen = Gathered()
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await fixture.client.output(of: Self.id, .stdout) { seen.add($0) }.attempt }
                let (attempt, out) = try await fixture.begin(job)
                try await out.append(Array("late".utf8))
                await seen.wait(for: 4)
                try await fixture.finish(attempt, out)
                let number = try await group.next()
                #expect(number == 1)
            }
            #expect(seen.text == "late")
        }
    }

    @Test(
        "of an ended attempt the blob is handed out, from any offset, byte for byte",
        arguments: [0, 1, 99_999, 200_000, 300_000])
    func ended(from offset: Int) async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 251 &+ $0 >> 8) }
            try await out.append(bytes)
            try await fixture.finish(attempt, out)
            var seen: [UInt8] = []
            let end = try await fixture.client.output(of: "k3v9", .stdout, from: Int64(offset)) { seen += $0 }
            #expect(seen == Array(bytes.dropFirst(offset)))
            #expect(end.end == Int64(offset + seen.count))
            var none: [UInt8] = []
            _ = try await fixture.client.output(of: "@latest", .stderr) { none += $0 }
            #expect(none.isEmpty)
        }
    }

    @Test("an attempt that was given up ends its stream; the next one is another stream")
    func givenUp() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (first, out) = try await fixture.begin(job)
            try await out.append(Array("first".utf8))
            let seen = Gathered()
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await fixture.client.output(of: Self.id, .stdout) { seen.add($0) }.attempt }
                await seen.wait(for: 5)
                try await fixture.store.requeue(first, reason: "engine_lost", until: nil, at: WallTime(milliseconds: 1))
                let number = try await group.next()
                #expect(number == 1)
            }
            let (second, again) = try await fixture.begin(job, number: 2)
            try await again.append(Array("second".utf8))
            try await fixture.finish(second, again)
            let newest = Gathered()
            let end = try await fixture.client.output(of: Self.id, .stdout) { newest.add($0) }
            #expect(end.attempt == 2)
            #expect(newest.text == "second")
            let error = await #expect(throws: ControlError.self) {
                try await fixture.client.output(of: Self.id, .stdout, attempt: 3) { _ in }
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test("a job that ended without an attempt wrote nothing")
    func none() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            try await fixture.store.end(
                job, as: .cancelled, reason: "cancelled", message: "It was cancelled.", at: WallTime(milliseconds: 5))
            let end = try await fixture.client.output(of: Self.id, .stdout) { _ in Issue.record("a piece") }
            #expect(end.attempt == 0)
        }
    }

    @Test("without following, what there is now is handed out, and neither an attempt nor more output is waited for")
    func soFar() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            func now() async throws -> (attempt: Int, text: String) {
                var bytes: [UInt8] = []
                let (attempt, _) = try await fixture.client.output(of: "\(job)", .stdout, isFollowed: false) {
                    bytes += $0
                }
                return (attempt, String(decoding: bytes, as: UTF8.self))
            }
            let before = try await now()
            #expect(before == (0, ""))
            let (attempt, out) = try await fixture.begin(job)
            let begun = try await now()
            #expect(begun == (1, ""))
            try await out.append(Array("half".utf8))
            let half = try await now()
            #expect(half == (1, "half"))
            try await out.append(Array(" and half".utf8))
            try await fixture.finish(attempt, out)
            let whole = try await now()
            #expect(whole == (1, "half and half"))
        }
    }

    @Test("a client that takes nothing is cut, and holds up neither the job nor anybody else")
    func stuckReader() async throws {
        var bounds = ControlBounds()
        bounds.pieceOfAnswer = .milliseconds(200)
        try await ControlFixture.with(bounds: bounds) { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            let stuck = try RawSocket(fixture.path)
            await stuck.send("GET /jobs/\(Self.id)/output HTTP/1.1\r\nHost: x\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 256 << 10)
            let seen = Gathered()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask { _ = try await fixture.client.output(of: Self.id, .stdout) { seen.add($0) } }
                }
                for _ in 0..<16 { try await out.append(piece) }
                await seen.wait(for: 2 * 16 * piece.count)
                try await fixture.finish(attempt, out)
                try await group.waitForAll()
            }
            #expect(seen.count == 2 * 16 * piece.count)
            // It reads only now that it was cut.
            let deadline = ContinuousClock.now + .seconds(60)
            while !fixture.log.all.contains(where: { $0.hasPrefix("answer cut") }), ContinuousClock.now < deadline {
                await Task.yield()
            }
            let rest = await stuck.rest()
            #expect(rest.utf8.count < 16 * piece.count)
            // No last chunk: what came is not to be taken for all.
            #expect(!rest.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("a client that goes away is noticed while its job is silent")
    func gone() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            do {
                let socket = try RawSocket(fixture.path)
                await socket.send("GET /jobs/\(Self.id)/output HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = await socket.until("Caisson-Attempt")
                #expect(fixture.changes.watchedKeys == [job])
            }
            // Polled with a deadline: nothing tells a test that a closed socket was noticed.
            let deadline = ContinuousClock.now + .seconds(30)
            while !fixture.changes.watchedKeys.isEmpty, ContinuousClock.now < deadline { await Task.yield() }
            #expect(fixture.changes.watchedKeys.isEmpty)
            try await fixture.finish(attempt, out)
        }
    }
}
