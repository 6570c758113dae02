import Dispatch
import Foundation
import Glibc
import Model
import Ports
import TestSupport
import Testing

@testable import BlobFiles

@Suite struct BlobFolderTests {
    /// A spool that holds `bytes`, beside a blob folder.
    private func with(
        _ bytes: [UInt8],
        _ body: (_ spool: any Spool, _ blobs: BlobFolder, _ folder: TemporaryFolder) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let attempt = AttemptID(job: try JobID("abc000000000"), number: 1)
            let spool = try await SpoolFolder(in: folder.file("data")).open(attempt, .stdout)
            try await spool.append(bytes)
            try await body(spool, BlobFolder(in: folder.path, ids: SeededIDs(seed: 1)), folder)
        }
    }

    private func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    }

    /// What lies in `blobs`, without its folders.
    private func files(in folder: TemporaryFolder) throws -> [String] {
        try folder.modes().filter { $0.key.hasPrefix("blobs/") && $0.value == 0o600 }.keys.sorted()
    }

    @Test("what lies there can be counted by others, up to a bound; nothing is made for that")
    func digests() async throws {
        try await with(noise(Int(Blob.inlineLimit.bytes) + 2)) { spool, blobs, folder in
            #expect(BlobFolder.digests(in: folder.path, atMost: 0) == [])
            #expect(!FileManager.default.fileExists(atPath: folder.file("blobs")))
            let one = try await blobs.makeBlob(from: spool, range: 0..<Blob.inlineLimit.bytes + 1)
            let two = try await blobs.makeBlob(from: spool, range: 1..<Blob.inlineLimit.bytes + 2)
            let digests: Set = [one.reference.digest, two.reference.digest]
            #expect(BlobFolder.digests(in: folder.path, atMost: 2) == digests)
            #expect(BlobFolder.digests(in: folder.path, atMost: 1) == nil)
        }
    }

    @Test("the limit itself is inline, one byte more is a file")
    func inlineLimit() async throws {
        let limit = Blob.inlineLimit.bytes
        try await with(noise(Int(limit) + 1)) { spool, blobs, folder in
            #expect(try await blobs.makeBlob(from: spool, range: 0..<limit).inlineBytes?.count == Int(limit))
            #expect(try files(in: folder).isEmpty)
            let large = try await blobs.makeBlob(from: spool, range: 0..<limit + 1)
            #expect(large.inlineBytes == nil)
            let hex = try #require(BlobDigest.hex(of: large.reference.digest))
            #expect(try files(in: folder) == ["blobs/\(hex.prefix(2))/\(hex)"])
        }
    }

    @Test("a whole spool becomes a blob without being copied, and the blob stays when the spool is removed")
    func linked() async throws {
        let bytes = noise(300_000)
        try await with(bytes) { spool, blobs, folder in
            let copied = try await blobs.makeBlob(from: spool, range: 1..<300_000)
            let linked = try await blobs.makeBlob(from: spool, range: 0..<300_000)
            var inodes: [UInt64] = []
            for path in ["data/spool/abc000000000.1/stdout"] + (try files(in: folder)) {
                var status = stat()
                #expect(lstat(folder.file(path), &status) == 0)
                inodes.append(UInt64(status.st_ino))
            }
            #expect(Set(inodes).count == 2 && inodes.count == 3)
            await spool.close()
            try FileManager.default.removeItem(atPath: folder.file("data"))
            #expect(try await blobs.read(linked.reference, range: 0..<300_000) == bytes)
            #expect(try await blobs.read(copied.reference, range: 0..<299_999) == Array(bytes.dropFirst()))
            #expect(try folder.modes().keys.filter { $0.hasPrefix("blobs/incoming/") }.isEmpty)
        }
    }

    @Test("a spool that became a blob and is opened again grows without changing the blob")
    func linkedAndOpened() async throws {
        let bytes = noise(300_000)
        try await with(bytes) { spool, blobs, folder in
            let blob = try await blobs.makeBlob(from: spool, range: 0..<300_000)
            await spool.close()
            let attempt = AttemptID(job: try JobID("abc000000000"), number: 1)
            let again = try await SpoolFolder(in: folder.file("data")).open(attempt, .stdout)
            try await again.append([1, 2, 3])
            #expect(try await again.read(from: 299_999, count: 10) == [bytes[299_999], 1, 2, 3])
            #expect(try await blobs.read(blob.reference, range: 0..<300_001) == bytes)
            await again.close()
        }
    }

    @Test("files that no row names are removed, and no others")
    func unknown() async throws {
        let bytes = noise(300_000)
        try await with(bytes) { spool, blobs, folder in
            let known = try await blobs.makeBlob(from: spool, range: 0..<300_000).reference
            let others = [try await blobs.makeBlob(from: spool, range: 1..<300_000).reference.digest]
            try await blobs.removeUnknown { digests throws(StoreError) in digests.filter(others.contains) }
            #expect(try files(in: folder).count == 1)
            #expect(try await blobs.read(known, range: 0..<300_000) == bytes)
        }
    }

    /// Makes a file look as if it had last been written to so many seconds ago.
    private func age(_ path: String, seconds: Int) throws {
        let then = timespec(tv_sec: time(nil) - seconds, tv_nsec: 0)
        try #require(utimensat(AT_FDCWD, path, [then, then], 0) == 0)
    }

    private var now: WallTime { WallTime(milliseconds: Int64(time(nil)) * 1000 + 999) }

    @Test("a file that no row names goes once it is old, unless somebody has made use of it again meanwhile")
    func old() async throws {
        let bytes = noise(300_000)
        try await with(bytes) { spool, blobs, folder in
            let digest = try await blobs.makeBlob(from: spool, range: 0..<300_000).reference.digest
            let file = folder.file(try #require(try files(in: folder).first))
            func remove(_ asked: [String]?, _ meanwhile: () async throws(StoreError) -> Void = {}) async throws -> Int {
                try await blobs.removeUnknown(among: asked, unusedFor: .seconds(3600), at: now) {
                    digests throws(StoreError) in
                    try await meanwhile()
                    return digests
                }
            }
            for asked in [nil, [digest]] {
                let young = try await remove(asked)
                #expect(young == 0)
            }
            // The same bytes again: the file is as young as if it had just been made, from a copy and from the spool itself.
            for range in [0..<300_000, 0..<299_999] as [Range<Int64>] {
                try age(file, seconds: 7200)
                let kept = try await remove([digest]) { () throws(StoreError) in
                    _ = try await blobs.makeBlob(from: spool, range: range)
                }
                #expect(kept == (range.upperBound == 300_000 ? 0 : 1), "\(range)")
                _ = try await blobs.makeBlob(from: spool, range: 0..<300_000)
            }
            try age(file, seconds: 7200)
            let gone = try await remove(nil)
            #expect(gone == 1)
            let again = try await remove([digest])
            #expect(again == 0)
        }
    }

    @Test("a spool that was written to long ago becomes a young blob")
    func oldSpool() async throws {
        try await with(noise(300_000)) { spool, blobs, folder in
            try age(folder.file("data/spool/abc000000000.1/stdout"), seconds: 7200)
            _ = try await blobs.makeBlob(from: spool, range: 0..<300_000)
            let removed = try await blobs.removeUnknown(among: nil, unusedFor: .seconds(3600), at: now) { $0 }
            #expect(removed == 0)
        }
    }

    @Test("a blob that is made again while its old file is removed is there afterwards")
    func removedMeanwhile() async throws {
        let bytes = noise(100_000)
        try await with(bytes + [1]) { spool, blobs, folder in
            let blob = try await blobs.makeBlob(from: spool, range: 0..<100_000).reference
            for _ in 0..<100 {
                let file = folder.file(try #require(try files(in: folder).first))
                try age(file, seconds: 7200)
                async let removed = blobs.removeUnknown(among: [blob.digest], unusedFor: .seconds(3600), at: now) { $0 }
                async let made = blobs.makeBlob(from: spool, range: 0..<100_000)
                _ = try await (removed, made)
                #expect(try await blobs.read(blob, range: 0..<100_000) == bytes)
            }
        }
    }

    @Test("while a file is removed nobody gives one its name, or makes use of one again")
    func removedAlone() async throws {
        try await with(noise(100_000)) { spool, blobs, folder in
            let blob = try await blobs.makeBlob(from: spool, range: 0..<100_000).reference
            try age(folder.file(try #require(try files(in: folder).first)), seconds: 7200)
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            let (output, input) = (ends[0], ends[1])
            defer { for end in [output, input] { close(end) } }
            let (begun, answers) = (Latch(), AsyncStream<Bool>.makeStream())
            blobs.queue.async {
                begun.open()
                // In vain, unless the removal comes to its end meanwhile.
                var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
                answers.continuation.yield(poll(&wait, 1, 300) > 0)
            }
            await begun.wait()
            let removed = try await blobs.removeUnknown(among: [blob.digest], unusedFor: .seconds(3600), at: now) { $0 }
            #expect(removed == 1)
            _ = write(input, [1], 1)
            let wasBeside = await answers.stream.first { _ in true }
            #expect(wasBeside == false)
        }
    }

    @Test("the spools of attempts that are over are removed, and nothing else")
    func abandonedSpools() async throws {
        try await TemporaryFolder.with { folder in
            let spools = SpoolFolder(in: folder.path)
            let attempts = try (1...3).map { AttemptID(job: try JobID("abc000000000"), number: $0) }
            for attempt in attempts { try await spools.open(attempt, .stdout).close() }
            for name in ["abc000000000.01", "notes", "abc000000000"] { try folder.write("x", to: "spool/\(name)") }
            let removed = try await spools.removeAbandoned { [attempts[1]] }
            #expect(removed == 2)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("spool")).sorted()
            #expect(left == ["abc000000000", "abc000000000.01", "abc000000000.2", "notes"])
        }
    }

    @Test("what a source gives becomes a blob, inline up to the limit and a file beyond it", arguments: [0, 1])
    func fromSource(beyond: Int) async throws {
        let bytes = noise(Int(Blob.inlineLimit.bytes) + beyond)
        try await with([]) { _, blobs, folder in
            let blob = try await blobs.makeBlob(from: Pieces(bytes), limit: .mebibytes(1))
            #expect(blob.reference.size.bytes == Int64(bytes.count))
            #expect((blob.inlineBytes == nil) == (beyond > 0))
            let kept =
                if let inline = blob.inlineBytes { inline } else {
                    try await blobs.read(blob.reference, range: 0..<Int64.max)
                }
            #expect(kept == bytes)
            #expect(try files(in: folder).count == beyond)
        }
    }

    @Test("a source that gives more than its limit leaves nothing behind")
    func tooLarge() async throws {
        try await with([]) { _, blobs, folder in
            await #expect(throws: StoreError.tooLarge(what: "An input", limit: .kibibytes(80))) {
                try await blobs.makeBlob(from: Pieces(noise(90 << 10)), limit: .kibibytes(80))
            }
            let left = try files(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test("a large blob of several chunks is read back over any range")
    func ranges() async throws {
        let bytes = noise(3 * BlobFolder.chunk + 17)
        let count = Int64(bytes.count)
        try await with(bytes) { spool, blobs, _ in
            let reference = try await blobs.makeBlob(from: spool, range: 0..<count).reference
            #expect(reference.size.bytes == count)
            let middle = Int64(BlobFolder.chunk)
            for range in [0..<count, 0..<1, middle - 5..<middle + 5, count - 1..<count, 5..<5] {
                let part = try await blobs.read(reference, range: range)
                #expect(part == Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
            }
            #expect(try await blobs.read(reference, range: count - 2..<count + 100).count == 2)
            #expect(try await blobs.read(reference, range: count + 5..<count + 9).isEmpty)
        }
    }

    @Test("equal bytes are one file, also when they come at the same time")
    func deduplication() async throws {
        let bytes = noise(100_000)
        try await with(bytes + bytes) { spool, blobs, folder in
            let references = try await withThrowingTaskGroup(of: BlobReference.self) { group in
                for index in 0..<10 {
                    let start = Int64(index % 2 * 100_000)
                    group.addTask { try await blobs.makeBlob(from: spool, range: start..<start + 100_000).reference }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(references.count == 1)
            #expect(try files(in: folder).count == 1)
        }
    }

    @Test("a file of another size under the same name is replaced")
    func mends() async throws {
        let bytes = noise(100_000)
        try await with(bytes) { spool, blobs, folder in
            let reference = try await blobs.makeBlob(from: spool, range: 0..<100_000).reference
            let name = try #require(try files(in: folder).first)
            // Another file in its place: the blob is the spool's own file, under a second name.
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.file(name)), options: .atomic)
            _ = try await blobs.makeBlob(from: spool, range: 0..<100_000)
            #expect(try await blobs.read(reference, range: 0..<100_000) == bytes)
        }
    }

    @Test("a spool that is too short gives no blob and leaves no file", arguments: [Int64(5), 200_000])
    func tooShort(end: Int64) async throws {
        try await with(noise(4)) { spool, blobs, folder in
            let error = await #expect(throws: StoreError.self) {
                _ = try await blobs.makeBlob(from: spool, range: 0..<end)
            }
            let left = try files(in: folder)
            #expect(error?.code == .storeCorrupt)
            #expect(left.isEmpty)
        }
    }

    @Test("what a killed process left in the making is removed, what has a name stays")
    func leftovers() async throws {
        try await with(noise(100_000)) { spool, blobs, folder in
            _ = try await blobs.makeBlob(from: spool, range: 0..<100_000)
            try Data([1]).write(to: URL(fileURLWithPath: folder.file("blobs/incoming/half")))
            for _ in 0..<2 { try await blobs.removeLeftovers() }
            #expect(try files(in: folder).count == 1)
            _ = try await blobs.makeBlob(from: spool, range: 1..<100_000)
        }
    }

    @Test(
        "a text that is no digest never becomes a path",
        arguments: [
            "", "sha256:", "sha256:../../etc/passwd", "md5:" + String(repeating: "a", count: 64),
            "sha256:" + String(repeating: "A", count: 64), "sha256:" + String(repeating: "/", count: 64),
        ])
    func noDigest(text: String) async throws {
        let blobs = BlobFolder(in: "/nowhere", ids: SeededIDs(seed: 1))
        await #expect(throws: StoreError.notFound(text)) {
            _ = try await blobs.read(BlobReference(digest: text, size: ByteCount(bytes: 1)), range: 0..<1)
        }
    }

    @Test("a full disk is told as such")
    func noSpace() async throws {
        // The kernel's own full device: every write answers ENOSPC.
        let file = SpoolFile("/dev/full")
        try await file.open(for: .appending)
        await #expect(throws: StoreError.noSpace(path: "/dev/full")) { try await file.append([1]) }
        #expect(await file.length == 0)
    }
}

/// Gives its bytes in pieces of seven thousand.
private actor Pieces: InputSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func next() -> [UInt8]? {
        let piece = Array(rest.prefix(7000))
        rest = rest.dropFirst(7000)
        return piece.isEmpty ? nil : piece
    }
}
