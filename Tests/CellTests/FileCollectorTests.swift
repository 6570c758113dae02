import CellWire
import Foundation
import TestSupport
import Testing

@testable import Cell

@Suite struct FileCollectorTests {
    private struct Collected: Equatable {
        let message: FileMessage
        var content: [UInt8] = []
    }

    private func spec(
        result: String = "", artifacts: [String] = [], resultCap: Int = 100, artifactsCap: Int = 1000
    ) -> CellSpec {
        CellSpec(
            command: ["true"], environment: [], hasStandardInput: false, outputCap: 1, resultCap: resultCap,
            artifactsCap: artifactsCap, runMilliseconds: 1, graceMilliseconds: 0, resultPath: result,
            artifactPaths: artifacts, filter: [0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// All that a collector says, taken apart as its reader does; `piece` bytes of a file at a time.
    private func collect(_ folder: TemporaryFolder, _ spec: CellSpec, piece: Int = 4096) throws -> [Collected] {
        var collector = FileCollector(folder: folder.path, spec: spec)
        var collected: [Collected] = []
        var missing = 0
        while let bytes = collector.next(count: piece) {
            if missing > 0 {
                #expect(bytes.count <= piece)
                collected[collected.count - 1].content += bytes
                missing -= bytes.count
                continue
            }
            var assembler = MessageAssembler()
            assembler.push(bytes)
            let next = try assembler.next()
            let whole = try #require(next)
            #expect(whole.encoded == bytes)
            let message = try FileMessage(whole)
            collected.append(Collected(message: message))
            if case .begin(_, let size) = message { missing = size }
        }
        #expect(missing == 0)
        #expect(collector.next(count: piece) == nil)
        return collected
    }

    private func problem(_ path: String, _ problem: FileMessage.Problem) -> Collected {
        Collected(message: .problem(path: path, problem))
    }

    private func file(_ path: String, _ content: String) -> Collected {
        Collected(message: .begin(path: path, size: content.utf8.count), content: Array(content.utf8))
    }

    @Test(
        "the result comes first, then the artifacts in the order in which they were asked for", arguments: [1, 3, 4096])
    func order(piece: Int) async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("{}", to: "result.json")
            try folder.write("later", to: "b")
            try folder.write("", to: "empty")
            try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: false)
            try folder.write("deep", to: "out/ü")
            let spec = spec(result: "result.json", artifacts: ["out/ü", "empty", "b"])
            #expect(
                try collect(folder, spec, piece: piece) == [
                    file("result.json", "{}"), file("out/ü", "deep"), file("empty", ""), file("b", "later"),
                ])
        }
    }

    @Test("nothing asked for is nothing said")
    func nothing() async throws {
        try await TemporaryFolder.with { folder in
            let collected = try collect(folder, spec())
            #expect(collected == [])
        }
    }

    @Test("what is missing is told, also a folder on the way and a file in its place")
    func missing() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("x", to: "file")
            let paths = ["result.json", "no/such/file", "file/below"]
            let spec = spec(result: "result.json", artifacts: Array(paths.dropFirst()))
            #expect(try collect(folder, spec) == paths.map { problem($0, .missing) })
        }
    }

    @Test("no link is followed: not at the end, not on the way, not within the folder, not out of it")
    func links() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("secret", to: "target")
            try FileManager.default.createDirectory(atPath: folder.file("real"), withIntermediateDirectories: false)
            try folder.write("x", to: "real/file")
            for (link, target) in [
                ("end", "target"), ("absolute", folder.file("target")), ("way", "real"), ("out", "/etc"),
                ("loop", "loop"), ("dangling", "nowhere"),
            ] {
                try FileManager.default.createSymbolicLink(atPath: folder.file(link), withDestinationPath: target)
            }
            let paths = ["end", "absolute", "way/file", "out/passwd", "loop", "dangling"]
            #expect(try collect(folder, spec(artifacts: paths)) == paths.map { problem($0, .link) })
        }
    }

    @Test("a way out of the folder is no way", arguments: ["..", "../x", "/etc/passwd", "real/../../x"])
    func escapes(_ path: String) async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.file("real"), withIntermediateDirectories: false)
            let collected = try collect(folder, spec(artifacts: [path]))
            #expect(collected.count == 1)
            guard case .problem(path, _)? = collected.first?.message else {
                Issue.record("\(collected)")
                return
            }
        }
    }

    @Test("a folder, a FIFO and a socket are no files, and none of them makes the collector wait")
    func noFiles() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: false)
            #expect(mkfifo(folder.file("fifo"), 0o644) == 0)
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            // A relative name fits into the address wherever the folder lies.
            let name = Array(folder.file("s").utf8)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.prefix($0.count - 1)) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            let paths = ["folder", "fifo"] + (bound == 0 && name.count < 100 ? ["s"] : [])
            #expect(try collect(folder, spec(artifacts: paths)) == paths.map { problem($0, .notAFile) })
        }
    }

    @Test("the result has a bound of its own")
    func resultCap() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(String(repeating: "x", count: 10), to: "r")
            let fits = [file("r", String(repeating: "x", count: 10))]
            #expect(try collect(folder, spec(result: "r", resultCap: 10, artifactsCap: 1)) == fits)
            #expect(try collect(folder, spec(result: "r", resultCap: 9)) == [problem("r", .tooLarge)])
        }
    }

    @Test("the artifacts share one budget; one that does not fit leaves it to the next")
    func artifactsCap() async throws {
        try await TemporaryFolder.with { folder in
            for (name, count) in [("a", 6), ("b", 5), ("c", 4), ("d", 1), ("r", 50)] {
                try folder.write(String(repeating: name, count: count), to: name)
            }
            let spec = spec(result: "r", artifacts: ["a", "b", "c", "d"], artifactsCap: 10)
            #expect(
                try collect(folder, spec) == [
                    file("r", String(repeating: "r", count: 50)), file("a", "aaaaaa"), problem("b", .tooLarge),
                    file("c", "cccc"), problem("d", .tooLarge),
                ])
        }
    }

    @Test("what cannot be opened for another reason is unreadable")
    func unreadable() async throws {
        try await TemporaryFolder.with { folder in
            let long = String(repeating: "x", count: 300)
            #expect(try collect(folder, spec(artifacts: [long])) == [problem(long, .unreadable)])
            let nowhere = TemporaryFolder(path: folder.file("missing"))
            #expect(try collect(nowhere, spec(artifacts: ["a"])) == [problem("a", .unreadable)])
            guard getuid() != 0 else { return }
            try folder.write("x", to: "mine")
            #expect(chmod(folder.file("mine"), 0) == 0)
            #expect(try collect(folder, spec(artifacts: ["mine"])) == [problem("mine", .unreadable)])
        }
    }

    @Test("a file that becomes shorter ends the channel in its middle; one that grows is as long as it was")
    func changes() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("abcdef", to: "a")
            var collector = FileCollector(folder: folder.path, spec: spec(artifacts: ["a", "a"]))
            _ = collector.next(count: 100)
            try folder.write("abcdefghi", to: "b")
            let handle = try #require(FileHandle(forWritingAtPath: folder.file("a")))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("more".utf8))
            #expect(collector.next(count: 100) == Array("abcdef".utf8))
            _ = collector.next(count: 100)
            #expect(collector.next(count: 4) == Array("abcd".utf8))
            try handle.truncate(atOffset: 2)
            try handle.close()
            #expect(collector.next(count: 100) == nil)
            #expect(collector.next(count: 100) == nil)
        }
    }
}
