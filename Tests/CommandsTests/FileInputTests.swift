import Foundation
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct FileInputTests {
    private func all(_ input: FileInput) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await input.next() { bytes += piece }
        return bytes
    }

    @Test("a file is read to its end, once, and an empty one is empty")
    func reads() async throws {
        try await TemporaryFolder.with { folder in
            let input = try FileInput(path: folder.write("abc", to: "a"))
            #expect(try await all(input) == Array("abc".utf8))
            #expect(try await input.next() == nil)
            #expect(try await all(FileInput(path: folder.write("", to: "b"))).isEmpty)
        }
    }

    @Test(
        "a file that is not the one that was looked at is the giver's mistake",
        arguments: ["shorter", "longer", "replaced", "gone", "fifo"])
    func changed(_ change: String) async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("abcdef", to: "a")
            let input = try FileInput(path: path)
            switch change {
            case "shorter": #expect(truncate(path, 2) == 0)
            case "longer": #expect(truncate(path, 7) == 0)
            case "replaced": #expect(rename(try folder.write("ABCDEF", to: "b"), path) == 0)
            case "gone": #expect(unlink(path) == 0)
            default:
                #expect(unlink(path) == 0)
                #expect(mkfifo(path, 0o600) == 0)
            }
            do {
                _ = try await all(input)
                Issue.record("it was read")
            } catch let error as StoreError {
                #expect(error.code == .inputUnreadable)
                #expect(Failure(error).status == .invalidInput)
            }
        }
    }

    @Test("a file that holds more than its size says is refused, not taken for an empty one")
    func withoutSize() async throws {
        let input = try FileInput(path: "/proc/self/status")
        #expect(input.size == ByteCount(bytes: 0))
        await #expect(throws: StoreError.self) { _ = try await all(input) }
    }

    @Test("a file that changes while it is read is the giver's mistake")
    func changing() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("long")
            try Data(repeating: 1, count: 600_000).write(to: URL(filePath: path))
            let input = try FileInput(path: path)
            #expect(try await input.next()?.isEmpty == false)
            #expect(truncate(path, 700_000) == 0)
            await #expect(throws: StoreError.self) { _ = try await all(input) }
        }
    }
}
