import CellWire
import Ports
import Testing

@testable import DockerEngine

@Suite struct FileIndexTests {
    /// A spool that holds what it was made with.
    private struct FixedSpool: Spool {
        let bytes: [UInt8]
        var failure: StoreError?
        var length: Int64 { get async { Int64(bytes.count) } }
        func append(_ bytes: [UInt8]) async throws(StoreError) {}
        func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
            if let failure { throw failure }
            return Array(bytes.dropFirst(Int(offset)).prefix(count))
        }
        func close() async {}
    }

    private func begin(_ path: String, _ content: [UInt8]) -> [UInt8] {
        FileMessage.begin(path: path, size: content.count).message.encoded + content
    }

    @Test("files and problems are found in order, with the files' own ranges")
    func found() async throws {
        let first = begin("result.json", Array("{}".utf8))
        let second = FileMessage.problem(path: "a", .link).message.encoded
        let third = begin("b/long", [UInt8](repeating: 1, count: 40_000))
        let files = try await FileIndex.read(FixedSpool(bytes: first + second + third + begin("empty", []))).files
        #expect(files.map(\.path) == ["result.json", "a", "b/long", "empty"])
        let count = Int64(first.count)
        let end = count + Int64(second.count + third.count)
        #expect(files[0].content == .success(count - 2..<count))
        #expect(files[1].content == .failure(.init(word: "is_a_link")))
        #expect(files[2].content == .success(end - 40_000..<end))
        guard case .success(let range) = files[3].content else {
            Issue.record("no range")
            return
        }
        #expect(range.isEmpty)
    }

    @Test("an empty spool has no files")
    func empty() async throws {
        #expect(try await FileIndex.read(FixedSpool(bytes: [])).files == [])
    }

    @Test("content that looks like a header is content")
    func misleading() async throws {
        let content = begin("not/a/file", [1, 2, 3])
        let files = try await FileIndex.read(FixedSpool(bytes: begin("a", content))).files
        #expect(files.map(\.path) == ["a"])
    }

    @Test("a channel that ended inside a file or a header is refused, wherever it did")
    func torn() async throws {
        let (first, second) = (begin("a", [1, 2, 3]), begin("b", [4, 5]))
        let bytes = first + second
        for count in 1..<bytes.count where count != first.count {
            await #expect("\(count) bytes") {
                try await FileIndex.read(FixedSpool(bytes: Array(bytes[..<count])))
            } throws: { error in
                guard case .cellProtocol? = error as? EngineError else { return false }
                return true
            }
        }
    }

    @Test("a size, a length or a kind that cannot be is refused")
    func hostile() async {
        var long: [UInt8] = [1]
        long.append(littleEndian: UInt32.max)
        let huge = FileMessage.begin(path: "a", size: .max).message.encoded
        for bytes in [long + [1, 2], huge, huge + [1, 2, 3], Message(kind: 9).encoded, Message(kind: 1).encoded] {
            await #expect(throws: EngineError.self, "\(bytes)") { try await FileIndex.read(FixedSpool(bytes: bytes)) }
        }
    }

    @Test("a spool that cannot be read is told as it is")
    func unreadable() async {
        let spool = FixedSpool(bytes: [1], failure: .noSpace(path: "x"))
        await #expect(throws: EngineError.store(.noSpace(path: "x"))) { try await FileIndex.read(spool) }
    }

    private func change(_ path: String, _ change: FileMessage.Change) -> [UInt8] {
        FileMessage.change(path: path, change).message.encoded
    }

    @Test("changes have the content that follows them, or what came under their path before")
    func changes() async throws {
        let bytes =
            begin("result.json", Array("{}".utf8)) + FileMessage.problem(path: "link", .link).message.encoded
            + change("a", .added) + begin("a", [1, 2]) + change("gone", .deleted) + change("link", .modified)
            + change("result.json", .added) + change("z", .added)
            + FileMessage.problem(path: "z", .fifo).message.encoded
        let index = try await FileIndex.read(FixedSpool(bytes: bytes))
        #expect(index.files.map(\.path) == ["result.json", "link"])
        #expect(index.changes.map(\.path) == ["a", "gone", "link", "result.json", "z"])
        #expect(index.changes.map(\.change) == [.added, .deleted, .modified, .added, .added])
        guard case .success(let range)? = index.changes[0].content else {
            Issue.record("no range")
            return
        }
        #expect(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]) == [1, 2])
        #expect(index.changes[1].content == nil)
        #expect(index.changes[2].content == .failure(.init(word: "is_a_link")))
        #expect(index.changes[3].content == index.files[0].content)
        #expect(index.changes[4].content == .failure(.init(word: "is_a_fifo")))
    }

    @Test("a change without content, and a file behind the changes that belongs to none, are refused")
    func misplaced() async throws {
        for bytes in [
            change("a", .added), change("a", .modified) + change("b", .deleted),
            change("a", .added) + begin("b", [1]), change("a", .deleted) + begin("a", [1]),
            change("a", .added) + begin("a", [1]) + begin("b", [1]),
        ] {
            await #expect(throws: EngineError.self) { try await FileIndex.read(FixedSpool(bytes: bytes)) }
        }
    }
}
