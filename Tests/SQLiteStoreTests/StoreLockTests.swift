import Foundation
import Model
import Ports
import SQLiteStore
import Synchronization
import TestSupport
import Testing

@Suite struct StoreLockTests {
    @Test("the folder is made for its owner alone, and the lock names its holder")
    func makesTheFolder() async throws {
        try await TemporaryFolder.with { parent in
            let folder = TemporaryFolder(path: parent.file("new/data"))
            let lock = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
            #expect(lock.folder == folder.path)
            #expect(try parent.mode(of: "new/data") == 0o700)
            #expect(try folder.mode(of: "lock") == 0o600)
            #expect(try folder.contents() == ["lock": Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8)])
        }
    }

    @Test(
        "a holder that left everything in order is told from one that was killed, or could not write or had work open")
    func order() async throws {
        try await TemporaryFolder.with { folder in
            func reopen(_ body: (SQLiteJobStore) async throws -> Void) async throws -> Bool {
                let lock = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
                let store = try await SQLiteJobStore.open(
                    lock, blobs: MemoryBlobs(), ids: SeededIDs(seed: 1), clock: FixedWallClock())
                try await body(store)
                try await store.close()
                return lock.isAfterDisorder
            }
            var generator = SeededGenerator(seed: 3)
            let job = JobID(using: &generator)
            #expect(try await !reopen { try await $0.accept(job) })
            let refused = try await reopen { store in
                await #expect(throws: StoreError.self) { try await store.accept(job) }
            }
            #expect(!refused)
            #expect(try await reopen { _ in })
            let working = try await reopen { store in
                try await store.lease(Samples.intent(job))
            }
            #expect(!working)
            #expect(try await reopen { _ in })
            #expect(try await reopen { _ in }, "its attempt is still open")
            _ = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
            #expect(try await reopen { _ in }, "a holder that closed no store counts as killed")
        }
    }

    @Test("a second lock waits for the whole time, then names the holder")
    func timesOut() async throws {
        try await TemporaryFolder.with { folder in
            let held = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
            let sleeps = Mutex(0)
            let told = Mutex<[Int?]>([])
            let pid = Int(ProcessInfo.processInfo.processIdentifier)
            await #expect(throws: StoreError.locked(path: folder.path, pid: pid, waited: .seconds(60))) {
                let clock = SteppingClock { count in sleeps.withLock { $0 = count } }
                _ = try await StoreLock.acquire(folder.path, waiting: .seconds(60), clock: clock) { pid in
                    told.withLock { $0.append(pid) }
                }
            }
            #expect(sleeps.withLock { $0 } == 600)
            #expect(told.withLock { $0 } == [pid])
            withExtendedLifetime(held) {}
        }
    }

    @Test("a second lock goes to who waits, once the first is gone")
    func waits() async throws {
        try await TemporaryFolder.with { folder in
            let held = Mutex<StoreLock?>(try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous))
            let clock = SteppingClock { count in if count == 3 { held.withLock { $0 = nil } } }
            let lock = try await StoreLock.acquire(folder.path, waiting: .seconds(60), clock: clock)
            #expect(held.withLock { $0 == nil })
            #expect(lock.folder == folder.path)
        }
    }

    @Test("a cancelled wait ends")
    func cancelled() async throws {
        try await TemporaryFolder.with { folder in
            let held = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        _ = try await StoreLock.acquire(folder.path, waiting: .seconds(60), clock: .continuous)
                    }
                }
            }
            withExtendedLifetime(held) {}
        }
    }

    @Test("a folder that others can enter is refused with what to do, and stays", arguments: [0o750, 0o701, 0o777])
    func openFolder(mode: Int) async throws {
        try await TemporaryFolder.with { parent in
            try FileManager.default.createDirectory(
                atPath: parent.file("data"), withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: parent.file("data"))
            let error = await #expect(throws: StoreError.self) {
                _ = try await StoreLock.acquire(parent.file("data"), waiting: .zero, clock: .continuous)
            }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("chmod 700") == true)
            #expect(try parent.mode(of: "data") == mode)
        }
    }

    @Test("a folder that cannot be one is refused", arguments: ["file", "file/below", "no\u{0}name"])
    func noFolder(name: String) async throws {
        try await TemporaryFolder.with { parent in
            try Data().write(to: URL(fileURLWithPath: parent.file("file")))
            let error = await #expect(throws: StoreError.self) {
                _ = try await StoreLock.acquire(parent.file(name), waiting: .zero, clock: .continuous)
            }
            #expect(error?.code == .storeUnavailable)
        }
    }

    @Test("a file where a folder of ours has to be is told before anything is made")
    func misplaced() async throws {
        for name in ["spool", "blobs"] {
            try await TemporaryFolder.with { folder in
                let path = try folder.write("x", to: name)
                let error = await #expect(throws: StoreError.self) {
                    try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
                }
                #expect(error?.message.contains("\(path) cannot be used: it is not a folder") == true)
                #expect(try Set(folder.contents().keys) == [name])
            }
        }
    }

    @Test("a folder that was named must exist to be read, one that was not need not; a file is never one")
    func readable() async throws {
        try await TemporaryFolder.with { folder in
            let none = folder.file("none")
            #expect(throws: StoreError.folderMissing(path: none)) {
                try DataFolder.checkReadable(none, mustExist: true)
            }
            try DataFolder.checkReadable(none, mustExist: false)
            try DataFolder.checkReadable(folder.path, mustExist: true)
            let file = try folder.write("x", to: "file")
            for path in [file, "\(file)/below"] {
                #expect(throws: StoreError.self) { try DataFolder.checkReadable(path, mustExist: false) }
            }
        }
    }
}
