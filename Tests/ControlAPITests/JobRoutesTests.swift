import ControlClient
import ControlWire
import Foundation
import Model
import Ports
import TestSupport
import Testing
import Waiting

@testable import ControlAPI

@Suite struct JobRoutesTests {
    private static let id = "k3v9x2m7q4ta"

    /// One job that ended, with an attempt of which everything is known.
    private func ended(_ fixture: ControlFixture) async throws -> JobID {
        let job = try fixture.makeJob()
        let (attempt, out) = try await fixture.begin(job)
        try await out.append(Array("said".utf8))
        try await fixture.finish(attempt, out)
        return job
    }

    @Test("the daemon tells of jobs all that the store does")
    func same() async throws {
        try await ControlFixture.with { fixture in
            let job = try await ended(fixture)
            _ = try fixture.makeJob("z3v9x2m7q4ta")
            let reader = ControlJobReader(fixture.client)
            for reference in ["k3v", "@latest", "z3v9x2m7q4ta"] {
                let (told, stored) = (try await reader.job(reference), try await fixture.store.job(reference))
                #expect(told == stored)
            }
            let (jobs, storedJobs) = (try await reader.jobs(limit: 10), try await fixture.store.jobs(limit: 10))
            #expect(jobs == storedJobs)
            #expect(try await reader.jobs(limit: 1).count == 1)
            var filter = JobFilter()
            let counts = try await reader.counts(filter)
            #expect(counts == [.succeeded: 1, .ready: 1])
            filter.states = [.ready]
            let some = try await reader.counts(filter)
            #expect(some == [.ready: 1])
            let events = try await reader.events(of: job)
            #expect(try await fixture.store.events(of: job) == events)
            let attempts = try await reader.attempts(of: job)
            // All but the key of the frames, which is nobody's but the daemon's.
            let stored = try await fixture.store.attempts(of: job)
            #expect(stored.map(\.frameKey) == [77])
            #expect(attempts.map(\.frameKey) == [0])
            #expect(attempts.map(\.stdout) == stored.map(\.stdout))
            #expect(attempts.map(\.posture) == stored.map(\.posture))
            #expect(attempts.map(\.attestation) == stored.map(\.attestation))
            #expect(attempts.map(\.createdAt) == stored.map(\.createdAt))
            #expect(attempts.map(\.finishedAt) == stored.map(\.finishedAt))
            #expect(attempts.map(\.state) == stored.map(\.state))
        }
    }

    @Test("what the daemon refuses comes through the reader with its code and its words")
    func refused() async throws {
        try await ControlFixture.with { fixture in
            let reader = ControlJobReader(fixture.client)
            _ = try fixture.makeJob("k3v9x2m7q4ta")
            _ = try fixture.makeJob("k3w9x2m7q4ta")
            let ambiguous = await #expect(throws: StoreError.self) { try await reader.job("k3") }
            #expect(ambiguous?.code == .ambiguousID)
            #expect(ambiguous?.message == "2 jobs have an id that begins with k3.")
            #expect(ambiguous?.remedy == "Give more characters of the id.")
            let none = await #expect(throws: StoreError.self) { try await reader.job("../etc?x") }
            #expect(none == .notFound("../etc?x"))
            let nobody = try JobID("000000000000")
            let attempts = try await reader.attempts(of: nobody)
            #expect(attempts.isEmpty)
            let blob = BlobReference(digest: "sha256:0", size: .kibibytes(1))
            let missing = await #expect(throws: StoreError.self) { try await reader.bytes(of: blob, from: 0, count: 5) }
            #expect(missing == .notFound("sha256:0"))
        }
    }

    @Test("without include a job is what `caisson show -o json` prints; a value of its environment is no part of it")
    func show() async throws {
        try await ControlFixture.with { fixture in
            let job = try await ended(fixture)
            let told = try await Programs.curl(fixture.path, ["http://x/jobs/k3v"])
            let body = Data((told.output.components(separatedBy: "\r\n\r\n").last ?? "").utf8)
            let view = try JSONDecoder().decode(JobView.self, from: body)
            let stored = JobView(
                try await fixture.store.job("k3v"), attempts: try await fixture.store.attempts(of: job),
                events: try await fixture.store.events(of: job))
            #expect(view == stored)
            #expect(view.attempts?.count == 1)
            #expect(!told.output.contains("secret"))
            let spec = try await fixture.client.spec(of: "k3v")
            #expect(spec == ControlFixture.spec)
        }
    }

    @Test("who waits is answered at the job's end")
    func wait() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            try await withThrowingTaskGroup(of: JobView.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await fixture.client.wait(for: Self.id, limit: .seconds(60)) }
                }
                while !fixture.changes.watchedKeys.contains(job) { await Task.yield() }
                try await fixture.finish(attempt, out)
                for try await view in group { #expect(view.state == "succeeded") }
            }
            let again = try await fixture.client.wait(for: Self.id, limit: .zero)
            #expect(again.state == "succeeded")
        }
    }

    @Test("who waits too long is told how the job is")
    func waitEnds() async throws {
        try await ControlFixture.with { fixture in
            _ = try fixture.makeJob()
            let view = try await fixture.client.wait(for: Self.id, limit: .milliseconds(20))
            #expect(view.state == "ready")
            let error = await #expect(throws: ControlError.self) {
                try await fixture.client.end(of: Self.id, limit: .milliseconds(20))
            }
            #expect(error == .waitTimedOut(job: Self.id, state: "ready", limit: .milliseconds(20)))
            let told = try await Programs.curl(fixture.path, ["http://x/jobs/\(Self.id)/wait?timeout_ms=60001"])
            #expect(told.output.contains("a whole number from 0 to 60000"))
        }
    }

    @Test("a result is given as the job left it, and a job without one says so")
    func result() async throws {
        try await ControlFixture.with { fixture in
            _ = try await ended(fixture)
            let told = try await Programs.curl(fixture.path, ["http://x/jobs/k3v/result"])
            #expect(told.output.hasPrefix("HTTP/1.1 404 "))
            #expect(told.output.contains("which is succeeded, no result.json was kept"))
        }
    }
}
