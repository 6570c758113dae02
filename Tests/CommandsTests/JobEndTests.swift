import CellWire
import Foundation
import Hardening
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite struct JobEndTests {
    /// Blobs by digest, and what was told.
    private final class Surroundings: BlobReader {
        let blobs: [String: [UInt8]]
        let told = Mutex("")

        init(_ blobs: [String: String] = [:]) { self.blobs = blobs.mapValues { Array($0.utf8) } }

        var output: Output {
            Output { _, data in self.told.withLock { $0 += String(decoding: data, as: UTF8.self) } }
        }

        func blob(_ digest: String) -> BlobReference {
            BlobReference(digest: digest, size: ByteCount(bytes: Int64(blobs[digest]?.count ?? 5)))
        }

        func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
            guard let bytes = blobs[reference.digest] else { throw .notFound(reference.digest) }
            return Array(bytes.dropFirst(Int(offset)).prefix(min(count, 3)))
        }
    }

    private func end(_ change: (inout AttemptRecord) throws -> Void) throws -> JobEnd {
        let id = try JobID("abc000000000")
        let spec = JobSpec(
            imageID: "", imageName: "shell", command: ["true"], profile: "standard",
            limits: try ProfileSet.builtIn.profile(named: "shell").limits)
        let job = JobRecord(
            JobSummary(id: id, state: .succeeded, createdAt: WallTime(milliseconds: 0)), spec: spec, specDigest: "")
        var attempt = AttemptRecord(
            id: AttemptID(job: id, number: 1), state: .collected, containerName: "c", profileDigest: "", frameKey: 0,
            createdAt: WallTime(milliseconds: 0))
        try change(&attempt)
        return JobEnd(job: job, attempt: attempt)
    }

    @Test("files are written piece by piece, what cannot be is told, and the rest goes on")
    func writes() async throws {
        try await TemporaryFolder.with { folder in
            let world = Surroundings(["a": "0123456789", "b": "", "bad": "x"])
            let end = try end {
                $0.artifacts = [
                    .init(path: "../up", blob: world.blob("bad"), problem: nil),
                    .init(path: "out/a", blob: world.blob("a"), problem: nil),
                    .init(path: "*.x", blob: nil, problem: "no_match"),
                    .init(path: "lost", blob: world.blob("none"), problem: nil),
                    .init(path: "b", blob: world.blob("b"), problem: nil),
                    .init(path: "c\n", blob: world.blob("a"), problem: nil),
                    .init(path: "c\\u{A}", blob: world.blob("bad"), problem: nil),
                ]
            }
            let target = folder.file("kept")
            await #expect(throws: FileError.unwritable(path: target, reason: "3 artifacts were not written")) {
                try await end.report(artifactsDir: target, changesDir: nil, reader: world, output: world.output)
            }
            let told = world.told.withLock { $0 }
            #expect(
                told == """
                    caisson: artifact ../up was not written: its path does not stay beneath the folder
                    caisson: artifact *.x was not collected: no_match
                    caisson: artifact lost was not written: There is no none in the store.
                    caisson: artifact c\\u{A} was not written: another file was written under this name
                    caisson: 3 artifacts were written to \(target)

                    """)
            #expect(try folder.modes().keys.sorted() == ["kept", "kept/b", "kept/c\\u{A}", "kept/out", "kept/out/a"])
            #expect(try Data(contentsOf: URL(filePath: "\(target)/out/a")) == Data("0123456789".utf8))
        }
    }

    @Test("what was deleted is told, ten names at most, and deletes nothing here")
    func deleted() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("mine", to: "gone0")
            let world = Surroundings(["a": "new"])
            let end = try end { attempt in
                attempt.changes = (0..<12).map { .init(path: "gone\($0)", kind: .deleted, blob: nil, problem: nil) }
                attempt.changes.append(.init(path: "x", kind: .added, blob: world.blob("a"), problem: nil))
            }
            try await end.report(artifactsDir: nil, changesDir: folder.path, reader: world, output: world.output)
            let told = world.told.withLock { $0 }
            #expect(told.hasPrefix("caisson: the job deleted gone0, gone1, "))
            #expect(told.contains("gone9 and 2 more; nothing is deleted here\n"))
            #expect(told.hasSuffix("caisson: 1 changed file was written to \(folder.path)\n"))
            #expect(try folder.modes().keys.sorted() == ["gone0", "x"])
        }
    }

    @Test("where changes may be missing is told beside them, also if no artifacts are written")
    func gaps() async throws {
        try await TemporaryFolder.with { folder in
            let world = Surroundings(["a": "new"])
            let end = try end { attempt in
                attempt.changes = [.init(path: "x", kind: .added, blob: world.blob("a"), problem: nil)]
                attempt.artifacts = [
                    .init(path: "x", blob: world.blob("a"), problem: nil),
                    .init(path: "folder", blob: nil, problem: "is_a_folder"),
                    .init(path: "**", blob: nil, problem: "too_many_files"),
                    .init(path: "closed", blob: nil, problem: "unreadable"),
                    .init(path: "**", blob: nil, problem: "too_many_files"),
                ]
            }
            try await end.report(artifactsDir: nil, changesDir: folder.path, reader: world, output: world.output)
            let told = world.told.withLock { $0 }
            #expect(
                told == """
                    caisson: changed file ** was not collected: too_many_files
                    caisson: changed file closed was not collected: unreadable
                    caisson: 1 changed file was written to \(folder.path)

                    """)
        }
    }

    @Test("dropped bytes are told by stream")
    func dropped() throws {
        let world = Surroundings()
        let end = try end { attempt in
            var record = CellRecord()
            (record.stdoutBytes, record.stdoutTruncated) = (12_000_000, true)
            record.stderrBytes = 7
            attempt.record = record
            attempt.stdout = BlobReference(digest: "o", size: .mebibytes(10))
            attempt.stderr = world.blob("e")
        }
        #expect(end.droppedLines == ["caisson: stdout: 1514240 bytes were dropped (the limit is 10MiB)"])
        let nothing = try self.end { _ in }
        #expect(nothing.droppedLines == [] && nothing.deletedLine == nil)
    }
}
