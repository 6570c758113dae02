import Foundation
import Glibc
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// A store on a disk that somebody else fills.
@Suite(.enabled(if: geteuid() == 0, "it mounts a small tmpfs, which only root may"))
struct FullDiskTests {
    @Test("on a full disk a job can end, and nothing new is accepted until there is room again")
    func endsAll() async throws {
        try await TemporaryFolder.with { folder in
            try #require(mount("none", folder.path, "tmpfs", 0, "size=4m,mode=700") == 0)
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            let fixture = try await SQLiteFixture(folder: folder)
            let job = try await fixture.insertRunning()
            let filler = folder.file("filler")
            fill(filler)
            let refused = fixture.ids.makeJobID()
            await #expect(throws: StoreError.noSpace(path: folder.file("caisson.db"))) {
                // The last room in the log is used up by then, at the latest.
                for _ in 0..<1000 { try await fixture.store.accept(fixture.ids.makeJobID()) }
            }
            try await fixture.store.finish(Samples.outcome(job))
            #expect(try await fixture.store.summary("\(job)").state == .succeeded)
            fill(filler)
            await #expect(throws: StoreError.noSpace(path: folder.file("caisson.db"))) {
                try await fixture.store.accept(refused)
            }
            try FileManager.default.removeItem(atPath: filler)
            try await fixture.store.accept(refused)
            #expect(try await fixture.store.check().isEmpty)
            try await fixture.store.close()
        }
    }

    /// Takes all space that is left.
    private func fill(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        let page = [UInt8](repeating: 1, count: 4096)
        while write(file, page, page.count) == page.count {}
    }
}
