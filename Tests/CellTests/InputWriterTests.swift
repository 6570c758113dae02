import Foundation
import TestSupport
import Testing

@testable import Cell

@Suite struct InputWriterTests {
    private func write(
        _ writer: inout InputWriter, _ path: String, _ content: [UInt8], isExecutable: Bool = false, pieces: Int = 1000
    ) throws {
        try writer.begin(path: path, size: content.count, isExecutable: isExecutable)
        for start in stride(from: 0, to: content.count, by: pieces) {
            #expect(writer.isInsideFile)
            try writer.append(Array(content[start..<min(start + pieces, content.count)]))
        }
        #expect(!writer.isInsideFile)
    }

    private func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? InputWriter.Failure)?.detail
        }
    }

    @Test("files are written whole, in folders that are made for them, with their modes")
    func writes() async throws {
        try await TemporaryFolder.with { folder in
            var writer = InputWriter(folder: folder.path)
            let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try write(&writer, "plain", Array("abc".utf8))
            try write(&writer, "a/b/program", Array("#!".utf8), isExecutable: true, pieces: 1)
            try write(&writer, "a/long", long, pieces: 24_576)
            try write(&writer, "empty", [])
            try write(&writer, "ü -rf", [1])
            #expect(try Data(contentsOf: URL(filePath: folder.file("a/long"))) == Data(long))
            #expect(try Data(contentsOf: URL(filePath: folder.file("a/b/program"))) == Data("#!".utf8))
            #expect(try Data(contentsOf: URL(filePath: folder.file("empty"))).isEmpty)
            let modes = try folder.modes()
            #expect(Set(modes.keys) == ["plain", "a", "a/b", "a/b/program", "a/long", "empty", "ü -rf"])
            #expect(modes["plain"].map { $0 & 0o111 } == 0)
            #expect(modes["a/b/program"].map { $0 & 0o100 } == 0o100)
        }
    }

    @Test(
        "a path that does not stay beneath the folder writes nothing",
        arguments: ["", "/", "/etc/x", "..", "../x", "a/../../x", "a/..", ".", "./x", "a//b", "a/", "a/./b"])
    func paths(_ path: String) async throws {
        try await TemporaryFolder.with { folder in
            var writer = InputWriter(folder: folder.path)
            let refusal = failure { try writer.begin(path: path, size: 1, isExecutable: false) }
            #expect(refusal != nil)
            let written = try folder.modes()
            #expect(written.isEmpty)
            #expect(!writer.isInsideFile)
        }
    }

    @Test("what is there already is neither overwritten nor followed")
    func exists() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("old", to: "file")
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("link"), withDestinationPath: folder.file("target"))
            var writer = InputWriter(folder: folder.path)
            for path in ["file", "link", "file/below"] {
                let detail = failure { try writer.begin(path: path, size: 1, isExecutable: false) }
                #expect(detail?.contains("file") == true || detail?.contains("link") == true, "\(path)")
            }
            #expect(try Data(contentsOf: URL(filePath: folder.file("file"))) == Data("old".utf8))
            #expect(!FileManager.default.fileExists(atPath: folder.file("target")))
            // The writer goes on with the next file.
            try write(&writer, "next", [1, 2])
        }
    }

    @Test("more bytes than were announced, and a next file before the last is whole, are refused")
    func sizes() async throws {
        try await TemporaryFolder.with { folder in
            var writer = InputWriter(folder: folder.path)
            try writer.begin(path: "a", size: 3, isExecutable: false)
            let long = failure { try writer.append([1, 2, 3, 4]) }
            #expect(long == "more bytes than a has")
            try writer.append([1, 2])
            let short = failure { try writer.begin(path: "b", size: 1, isExecutable: false) }
            #expect(short == "a is 1 bytes short")
            try writer.append([3])
            let late = failure { try writer.append([4]) }
            #expect(late != nil)
            #expect(try folder.contents() == ["a": Data([1, 2, 3])])
        }
    }

    @Test("bytes without a file are refused, and a folder that is not there is told")
    func nothing() async throws {
        try await TemporaryFolder.with { folder in
            var writer = InputWriter(folder: folder.path)
            let early = failure { try writer.append([1]) }
            #expect(early != nil)
            var lost = InputWriter(folder: folder.file("missing"))
            let nowhere = failure { try lost.begin(path: "a", size: 1, isExecutable: false) }
            #expect(nowhere != nil)
        }
    }
}
