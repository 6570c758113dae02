import BlobFiles
import CellWire
import Foundation
import Glibc
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler
import TestSupport
import Testing

@testable import Daemon

/// Housekeeping on a real store with real files.
@Suite struct HousekeepingTests {
    @Test("what is over goes; its blobs' files go when they are an hour old, and those that are still named stay")
    func rowsThenFiles() async throws {
        try await TemporaryFolder.with { folder in
            let home = try await Home(folder)
            let (shared, own) = (try await home.blob(1), try await home.blob(2))
            try await home.job(endedBefore: .seconds(40 * 86_400), stdout: own, stderr: shared)
            let young = try await home.job(endedBefore: .seconds(3600), stdout: try await home.blob(3), stderr: shared)
            // Nobody has ever named it: what made it was killed.
            let stray = try await home.blob(4)
            let first = try await home.round(after: .seconds(60))
            #expect((first.jobs, first.files) == (1, 0))
            #expect(home.files.count == 4)
            let later = try await home.round(after: .seconds(7200))
            #expect((later.jobs, later.files) == (0, 2))
            #expect(!home.files.contains(own.digest) && !home.files.contains(stray.digest))
            let left = try await home.store.job("\(young)")
            #expect(left.state == .succeeded)
            let stdout = try await home.store.bytes(of: shared, from: 0, count: 10)
            #expect(stdout == [UInt8](repeating: 1, count: 10))
            #expect(home.files.count == 2)
            let faults = try await home.store.check()
            #expect(faults.isEmpty)
            try await home.store.close()
        }
    }

    @Test("a blob that is made again when the job that had it is gone is not lost")
    func madeAgain() async throws {
        try await TemporaryFolder.with { folder in
            let home = try await Home(folder)
            let blob = try await home.blob(1)
            try await home.job(endedBefore: .seconds(40 * 86_400), stdout: blob, stderr: blob)
            try home.age(seconds: 7200)
            // The outcome of another job is about to be stored: its file is there, its row is not.
            _ = try await home.blob(1)
            let first = try await home.round(after: .seconds(60))
            #expect((first.jobs, first.blobs, first.files) == (1, 1, 0))
            try await home.job(endedBefore: .seconds(1), stdout: blob, stderr: blob)
            let second = try await home.round(after: .seconds(7200))
            #expect(second.files == 0)
            let bytes = try await home.store.bytes(of: blob, from: 0, count: 1)
            #expect(bytes == [1])
            try await home.store.close()
        }
    }

    @Test(
        "on a full disk it still works, and makes room for what is new",
        .enabled(if: geteuid() == 0, "it mounts a small tmpfs, which only root may"))
    func fullDisk() async throws {
        try await TemporaryFolder.with { folder in
            try #require(mount("none", folder.path, "tmpfs", 0, "size=12m,mode=700") == 0)
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            let home = try await Home(folder)
            let blob = try await home.blob(1, count: 2 << 20)
            for _ in 0..<150 {
                try await home.job(endedBefore: .seconds(40 * 86_400), stdout: blob, stderr: blob)
            }
            try await home.store.checkpoint()
            try home.age(seconds: 7200)
            let file = open(folder.file("filler"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let page = [UInt8](repeating: 1, count: 4096)
            while write(file, page, page.count) == page.count {}
            close(file)
            let error = await #expect(throws: StoreError.self) {
                // The last room in the log is used up by then, at the latest.
                for _ in 0..<1000 { try await home.accept() }
            }
            #expect(error?.code == .noSpace)
            let summary = try await home.round(after: .seconds(60))
            #expect((summary.jobs, summary.files) == (150, 1))
            try await home.accept()
            let faults = try await home.store.check()
            #expect(faults.isEmpty)
            try await home.store.close()
        }
    }
}

/// A data folder with a store, blobs and spools, and a housekeeper for it.
private struct Home {
    let folder: TemporaryFolder
    let store: SQLiteJobStore
    let blobs: BlobFolder
    let ids = SeededIDs(seed: 3)
    /// Files have the time of the machine.
    let now = SystemWallClock().now()

    init(_ folder: TemporaryFolder) async throws {
        self.folder = folder
        blobs = BlobFolder(in: folder.path, ids: ids)
        let lock = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
        store = try await SQLiteJobStore.open(lock, blobs: blobs, ids: ids, clock: FixedWallClock())
    }

    private static let limits = Limits(
        milliCPUs: 1000, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
        artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 1024, start: .seconds(30),
        run: .seconds(60), grace: .seconds(2))

    /// The digests of the blobs that have a file.
    var files: Set<String> { BlobFolder.digests(in: folder.path, atMost: 100) ?? [] }

    func blob(_ byte: UInt8, count: Int = 100_000) async throws -> BlobReference {
        try await blobs.makeBlob(from: Bytes([UInt8](repeating: byte, count: count)), limit: .mebibytes(4)).reference
    }

    /// Makes all blobs' files look as if they had been written to so many seconds ago.
    func age(seconds: Int) throws {
        let then = timespec(tv_sec: time(nil) - seconds, tv_nsec: 0)
        for digest in files {
            let hex = digest.dropFirst(7)
            try #require(utimensat(AT_FDCWD, folder.file("blobs/\(hex.prefix(2))/\(hex)"), [then, then], 0) == 0)
        }
    }

    @discardableResult
    func accept(at time: WallTime? = nil) async throws -> JobID {
        let job = ids.makeJobID()
        let spec = JobSpec(
            imageID: "sha256:" + String(repeating: "1", count: 64), imageName: "shell", command: ["true"],
            profile: "shell", limits: Self.limits)
        _ = try await store.submit(
            Acceptance(spec, id: job, at: time ?? now, placement: Placement()), inputs: [])
        return job
    }

    /// A job that has ended, with this output.
    @discardableResult
    func job(endedBefore age: Duration, stdout: BlobReference, stderr: BlobReference) async throws -> JobID {
        let end = WallTime(milliseconds: now.milliseconds - age.wholeMilliseconds)
        let job = try await accept(at: end)
        let attempt = AttemptID(job: job, number: 1)
        try await store.lease(
            AttemptIntent(
                attempt: attempt, containerName: "c-\(job)", profileDigest: "sha256:p", frameKey: 1, at: end))
        try await store.markVerified(attempt, containerID: "id-\(job)", posture: .null, at: end)
        try await store.markWorking(attempt, attestation: Attestation(), at: end)
        var outcome = AttemptOutcome(
            attempt: attempt, jobState: .succeeded, attemptState: .collected, reason: "exit_status",
            message: "It ended.", at: end)
        outcome.stdout = Blob(reference: stdout, inlineBytes: nil)
        outcome.stderr = Blob(reference: stderr, inlineBytes: nil)
        try await store.finish(outcome)
        try await store.markRemoved(attempt, at: end)
        return job
    }

    /// One round, so much later than now.
    func round(after wait: Duration) async throws -> Housekeeper.Summary {
        try await Housekeeper(
            store: store, blobs: blobs, spools: SpoolFolder(in: folder.path), configuration: .init(),
            clock: ContinuousClock(), wallClock: FixedWallClock(milliseconds: now.advanced(by: wait).milliseconds),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).round()
    }
}

private actor Bytes: InputSource {
    private var rest: [UInt8]?

    init(_ bytes: [UInt8]) { rest = bytes }

    func next() -> [UInt8]? { rest.take() }
}
