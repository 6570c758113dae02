import BlobFiles
import Foundation
import Glibc
import Model
import SQLiteStore
import TestSupport
import Testing

@testable import Daemon

@Suite struct LiveInstallationsTests {
    /// A list of processes in which this one has the number 77, and another one, 78, the files that are given.
    ///
    /// Of this one only what it has open in `folder` is seen: other tests have databases open in it, broken ones, too.
    private static func processes(
        in folder: TemporaryFolder, of other: [String: String], as name: String = "processes"
    ) throws -> String {
        let files = FileManager.default
        let root = folder.file(name)
        for (pid, links) in ["77": try opened(in: folder), "78": other] {
            try files.createDirectory(atPath: "\(root)/\(pid)/fd", withIntermediateDirectories: true)
            try files.createSymbolicLink(atPath: "\(root)/\(pid)/root", withDestinationPath: "/")
            for (name, target) in links {
                try files.createSymbolicLink(atPath: "\(root)/\(pid)/fd/\(name)", withDestinationPath: target)
            }
        }
        try "not a number".write(toFile: "\(root)/self", atomically: false, encoding: .utf8)
        return root
    }

    private static func opened(in folder: TemporaryFolder) throws -> [String: String] {
        let files = FileManager.default
        var links: [String: String] = [:]
        for name in try files.contentsOfDirectory(atPath: "/proc/self/fd") {
            // ignored: it was closed meanwhile
            guard let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
                target.hasPrefix("\(folder.path)/")
            else { continue }
            links[name] = target
        }
        return links
    }

    @Test("who has an installation's database open is found, and is gone when it is closed")
    func found() async throws {
        try await TemporaryFolder.with { folder in
            let lock = try await StoreLock.acquire(
                folder.file("home"), waiting: .zero, clock: ContinuousClock())
            let store = try await SQLiteJobStore.open(
                lock, blobs: MemoryBlobs(), ids: SeededIDs(seed: 5), clock: FixedWallClock())
            let others = ["3": "/dev/null", "4": "/gone/caisson.db (deleted)"]
            let live = try await LiveInstallations.find(in: Self.processes(in: folder, of: others))
            #expect(live.processes["\(store.installation)"] == 77)
            let installation = store.installation
            try await store.close()
            let later = try await LiveInstallations.find(in: Self.processes(in: folder, of: others, as: "later"))
            #expect(later.processes["\(installation)"] == nil)
        }
    }

    @Test("a database that cannot be read leaves nothing safe to remove, and says whose it is")
    func unreadable() async throws {
        try await TemporaryFolder.with { folder in
            let noise = try folder.write(String(repeating: "no database", count: 500), to: "caisson.db")
            let root = try Self.processes(in: folder, of: ["3": noise])
            let error = await #expect(throws: LiveInstallations.Unknown.self) {
                try await LiveInstallations.find(in: root)
            }
            #expect(error?.pid == 78)
            #expect(error?.code == .denied)
        }
    }
}
