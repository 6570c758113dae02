import BlobFiles
import Foundation
import Model
import Ports
import TestSupport
import Testing

@Suite struct SpoolFolderTests {
    private func attempt(_ number: Int = 1) throws -> AttemptID {
        AttemptID(job: try JobID("abc000000000"), number: number)
    }

    @Test("a file where a spool's folder has to be is told as that")
    func misplaced() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("x", to: "spool")
            let wanted = StoreError.unavailable(path: path, reason: "it is not a folder; move it away")
            await #expect(throws: wanted) { try await SpoolFolder(in: folder.path).open(attempt(), .stdout) }
        }
    }

    @Test("a spool goes on where it was when the next process opens it")
    func reopen() async throws {
        try await TemporaryFolder.with { folder in
            let spools = SpoolFolder(in: folder.path)
            let first = try await spools.open(attempt(), .stderr)
            try await first.append([1, 2, 3])
            // Not closed: a killed process does not, either.
            let second = try await SpoolFolder(in: folder.path).open(attempt(), .stderr)
            #expect(await second.length == 3)
            try await second.append([4])
            #expect(try await second.read(from: 0, count: 9) == [1, 2, 3, 4])
        }
    }

    @Test("two hundred appends at once take effect in the order of the calls")
    func orderOfAppends() async throws {
        try await TemporaryFolder.with { folder in
            let spool = try await SpoolFolder(in: folder.path).open(attempt(), .artifacts)
            let pieces = (0..<200).map { [UInt8](repeating: UInt8($0), count: 1000 + $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                // An immediate task makes its call before the next one is begun.
                for piece in pieces { group.addImmediateTask { try await spool.append(piece) } }
                try await group.waitForAll()
            }
            #expect(try await spool.read(from: 0, count: 1 << 20) == pieces.flatMap { $0 })
        }
    }

    @Test("streams have files of their own, for their owner alone")
    func layout() async throws {
        try await TemporaryFolder.with { folder in
            let spools = SpoolFolder(in: folder.path)
            for stream in SpoolStream.allCases { try await spools.open(attempt(2), stream).append([0]) }
            let files = SpoolStream.allCases.map { ("spool/abc000000000.2/\($0.rawValue)", 0o600) }
            let folders = ["spool", "spool/abc000000000.2"].map { ($0, 0o700) }
            #expect(try folder.modes() == Dictionary(uniqueKeysWithValues: files + folders))
        }
    }

    @Test("removing takes all spools of one attempt, and is no error when there are none")
    func remove() async throws {
        try await TemporaryFolder.with { folder in
            let spools = SpoolFolder(in: folder.path)
            for number in 1...2 { try await spools.open(attempt(number), .report).append([9]) }
            for _ in 0..<2 { try await spools.remove(attempt(1)) }
            let left = ["spool", "spool/abc000000000.2", "spool/abc000000000.2/report"]
            #expect(try folder.modes().keys.sorted() == left)
            #expect(await (try spools.open(attempt(1), .report)).length == 0)
        }
    }

    @Test("a spool that cannot be made is an error with the path")
    func unavailable() async throws {
        try await TemporaryFolder.with { folder in
            try Data().write(to: URL(fileURLWithPath: folder.file("spool")))
            let error = await #expect(throws: StoreError.self) {
                _ = try await SpoolFolder(in: folder.path).open(attempt(), .report)
            }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains(folder.file("spool")) == true)
        }
    }

    @Test("many spools at once do not wait for each other's threads")
    func manySpools() async throws {
        try await TemporaryFolder.with { folder in
            let spools = SpoolFolder(in: folder.path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...100 {
                    group.addTask {
                        let spool = try await spools.open(attempt(number), .stdout)
                        for byte in UInt8(0)..<20 { try await spool.append([byte]) }
                        #expect(try await spool.read(from: 0, count: 99) == Array(0..<20))
                        await spool.close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
