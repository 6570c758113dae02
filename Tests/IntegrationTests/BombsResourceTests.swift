import Foundation
import Model
import TestSupport
import Testing

/// Bombs of memory, files, descriptors, pipes and output (`Tests/Corpus/bombs/resources.py`), each beside a normal job in one
/// process of ours; what is checked of all of them stands in ``BombFixture/setOff(_:then:)``.
///
/// More of this kind: `EndingTests.outOfMemory`, `OutputTests.patterns` (links, FIFOs, sockets and folders among artifacts),
/// `OutputTests.killPolicy`, `ResultFileTests`.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct BombsResourceTests {
    @Test(
        "a tool that uses up what it has ends as it should, and is told what that was",
        arguments: [
            Bomb("resources.py", "memory", end: .outOfMemory),
            Bomb("resources.py", "full", end: .failed("work", "tmp")),
            Bomb("resources.py", "inodes", end: .failed("work_files", "tmp_files")),
            Bomb("resources.py", "descriptors", end: .failed("open_files")),
        ])
    func usedUp(_ bomb: Bomb) async throws {
        try await BombFixture.setOff(bomb)
    }

    @Test(
        "pipes, of which the kernel gives one user only so many, take nothing from a job beside that it needs",
        arguments: [
            Bomb("resources.py", "pipes", end: .failed()), Bomb("resources.py", "pipe-race", end: .clock()),
        ])
    func pipes(_ bomb: Bomb) async throws {
        try await BombFixture.setOff(bomb)
    }

    @Test("what a user has only so many of, all jobs together, is refused to all: watches of files")
    func inotify() async throws {
        try await BombFixture.setOff(Bomb("resources.py", "inotify", end: .clock())) { fallout in
            let refused = fallout.record["refusals"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            #expect(Set(refused) == ["inotify_init", "inotify_init1"])
        }
    }

    // MARK: Output

    /// The whole 10 GB in `Scripts/nightly`.
    private static var megabytes: Int {
        ProcessInfo.processInfo.environment["CAISSON_WHOLE_BOMBS"] == "1" ? 5000 : 500
    }

    @Test("output beyond its limit is counted to the byte, and goes nowhere")
    func output() async throws {
        let bomb = Bomb("resources.py", ["output", "\(Self.megabytes)"], end: .succeeded("output"), run: 600_000)
        try await BombFixture.setOff(bomb) { fallout in
            #expect(fallout.record["stdout_bytes"] == .integer(Int64(Self.megabytes) << 20 + 6))
            #expect(fallout.record["stderr_bytes"] == .integer(Int64(Self.megabytes) << 20))
            #expect(fallout.stdout.count == 1 << 20)
        }
    }

    @Test("output without end is ended by the clock")
    func endlessOutput() async throws {
        try await BombFixture.setOff(Bomb("resources.py", ["output", "0"], end: .clock("output")))
    }

    // MARK: Artifacts

    @Test("of a hundred thousand files as many are made as there is room for, and as many kept as are ever kept")
    func tinyFiles() async throws {
        let bomb = Bomb("resources.py", "tiny", end: .succeeded("work_files"), artifacts: ["**"])
        try await BombFixture.setOff(bomb) { fallout in
            let artifacts = try #require(fallout.job["attempts"]?.arrayValue?.last?["artifacts"]?.arrayValue)
            #expect(artifacts.filter { $0["problem"] == .null || $0["problem"] == nil }.count == 1024)
            #expect(artifacts.last?["path"] == "**" && artifacts.last?["problem"] == "too_many_files")
        }
    }

    @Test("folders in folders, deeper than a path can be long, are looked into as far as that is looked")
    func deepFolders() async throws {
        let bomb = Bomb("resources.py", "deep", end: .succeeded("work_files"), artifacts: ["**/x"])
        try await BombFixture.setOff(bomb) { fallout in
            let artifacts = try #require(fallout.job["attempts"]?.arrayValue?.last?["artifacts"]?.arrayValue)
            #expect(Set(artifacts.compactMap { $0["problem"]?.stringValue }) == ["too_deep", "no_match"])
        }
    }

    @Test("a file that takes no room is kept only if its length may be kept")
    func sparse() async throws {
        let bomb = Bomb("resources.py", "sparse", end: .succeeded(), artifacts: ["kept", "larger"])
        try await BombFixture.setOff(bomb) { fallout in
            let artifacts = try #require(fallout.job["attempts"]?.arrayValue?.last?["artifacts"]?.arrayValue)
            #expect(artifacts.first?["size_bytes"] == .integer(32 << 20), "\(artifacts)")
            #expect(artifacts.last?["problem"] == "too_large")
        }
    }
}
