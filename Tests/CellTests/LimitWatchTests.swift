import Foundation
import TestSupport
import Testing

@testable import Cell

@Suite struct LimitWatchTests {
    @Test("a folder with room and a process with few files have hit nothing, however often it looks")
    func nothing() {
        var watch = LimitWatch(work: "/proc/self", tmp: "/nowhere", openFiles: 1 << 20)
        for _ in 0..<3 { watch.look(at: watch.next) }
        let hit = watch.hit
        #expect(hit == [])
    }

    @Test("it looks again after a pause, which is the longer the longer it took")
    func pauses() {
        var watch = LimitWatch(work: "/", tmp: "/", openFiles: .max)
        watch.look(at: 1_000_000)
        let next = watch.next
        #expect(next >= 1_000_000 + LimitWatch.Limit.longestPause)
        watch.look(at: 1_000_000 + LimitWatch.Limit.shortestPause - 1)
        #expect(watch.next == next, "it has only just looked")
        watch.look(at: next)
        #expect(watch.next > next)
    }

    @Test("the descriptors of a process are counted")
    func descriptors() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("", to: "file")
            let before = LimitWatch.descriptors(of: getpid(), limit: 100_000)
            #expect(before >= 3)
            let opened = (0..<200).map { _ in open(path, O_RDONLY) }
            let after = LimitWatch.descriptors(of: getpid(), limit: 100_000)
            for descriptor in opened { close(descriptor) }
            // Other tests open and close files of their own.
            #expect(after >= before + 100)
            let gone = LimitWatch.descriptors(of: -1, limit: 10)
            #expect(gone == 0)
        }
    }

    @Test("a process that has as many files open as it may is found")
    func openFiles() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        defer { process.terminate() }
        var watch = LimitWatch(work: "/proc", tmp: "/proc", openFiles: 3)
        watch.look(at: Kernel.now)
        let hit = watch.hit
        #expect(hit == ["open_files"])
    }
}
