import BlobFiles
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@Suite struct WatchedSpoolsTests {
    @Test("a reader is woken by what is written, reads it while it grows, and learns of the writer's end")
    func growing() async throws {
        try await TemporaryFolder.with { folder in
            let spools = WatchedSpools(SpoolFolder(in: folder.path))
            let attempt = AttemptID(job: try JobID("k3v9x2m7q4ta"), number: 1)
            let calls = Mutex(0)
            let watching = spools.watch(attempt, .stdout) { calls.withLock { $0 += 1 } }
            defer { withExtendedLifetime(watching) {} }
            #expect(spools.spool(attempt, .stdout) == nil)
            let out = try await spools.open(attempt, .stdout)
            #expect(calls.withLock { $0 } == 1)
            try await out.append(Array("hello".utf8))
            #expect(calls.withLock { $0 } == 2)
            let err = try await spools.open(attempt, .stderr)
            try await err.append(Array("other".utf8))
            #expect(calls.withLock { $0 } == 2)
            let seen = try #require(spools.spool(attempt, .stdout))
            let bytes = try await seen.read(from: 1, count: 100)
            #expect(bytes == Array("ello".utf8))
            await out.close()
            #expect(calls.withLock { $0 } == 3)
            #expect(spools.spool(attempt, .stdout) == nil)
            await #expect(throws: StoreError.self) { try await seen.read(from: 0, count: 1) }
            try await spools.remove(attempt)
            #expect(spools.spool(attempt, .stderr) == nil)
            await err.close()
        }
    }
}
