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
        result: String = "", artifacts: [String] = [], resultCap: Int = 100, artifactsCap: Int = 1000,
        collectsChanges: Bool = false
    ) -> CellSpec {
        CellSpec(
            command: ["true"], environment: [], hasStandardInput: false, outputCap: 1, resultCap: resultCap,
            artifactsCap: artifactsCap, runMilliseconds: 1, graceMilliseconds: 0, resultPath: result,
            artifactPaths: artifacts, filter: [0, 0, 0, 0, 0, 0, 0, 0],
            collectsChanges: collectsChanges)
    }

    /// All that a collector says, taken apart as its reader does; `piece` bytes of a file at a time.
    private func collect(
        _ folder: TemporaryFolder, _ spec: CellSpec, piece: Int = 4096, written: [String: WrittenFile] = [:]
    ) throws -> [Collected] {
        var collector = FileCollector(folder: folder.path, spec: spec, written: written)
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

    private func path(_ collected: Collected) -> String {
        switch collected.message {
        case .begin(let path, _), .problem(let path, _), .change(let path, _): path
        }
    }

    private func change(_ path: String, _ change: FileMessage.Change) -> Collected {
        Collected(message: .change(path: path, change))
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
            var wanted = [problem("folder", .folder), problem("fifo", .fifo)]
            if bound == 0, name.count < 100 { wanted.append(problem("s", .socket)) }
            let paths = ["folder", "fifo", "s"].prefix(wanted.count)
            #expect(try collect(folder, spec(artifacts: Array(paths))) == wanted)
            #expect(try collect(folder, spec(artifacts: ["*"])) == wanted.sorted { path($0) < path($1) })
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
            #expect(link(folder.file("a"), folder.file("again")) == 0)
            var collector = FileCollector(folder: folder.path, spec: spec(artifacts: ["a", "again"]))
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

    @Test("a pattern brings its files in the order of their bytes, each file once, hard links as files")
    func patterns() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.file("out/b"), withIntermediateDirectories: true)
            for name in ["out/z.png", "out/a.png", "out/b/c.png", "out/B.png", "out/a.txt", "x.png", "out/.png"] {
                try folder.write(name, to: name)
            }
            #expect(link(folder.file("x.png"), folder.file("out/m.png")) == 0)
            let spec = spec(artifacts: ["x.png", "out/*.png", "**/[a-c].png", "out/*", "*.gif"], artifactsCap: 1 << 20)
            #expect(
                try collect(folder, spec) == [
                    file("x.png", "x.png"), file("out/.png", "out/.png"), file("out/B.png", "out/B.png"),
                    file("out/a.png", "out/a.png"), file("out/m.png", "x.png"), file("out/z.png", "out/z.png"),
                    file("out/b/c.png", "out/b/c.png"), file("out/a.txt", "out/a.txt"), problem("out/b", .folder),
                    problem("*.gif", .noMatch),
                ])
        }
    }

    @Test("a link that a pattern fits is told and never followed")
    func patternLinks() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("a.png"), withDestinationPath: "/etc/passwd")
            try FileManager.default.createSymbolicLink(atPath: folder.file("dir"), withDestinationPath: "/etc")
            #expect(try collect(folder, spec(artifacts: ["**"])) == [problem("a.png", .link), problem("dir", .link)])
            #expect(try collect(folder, spec(artifacts: ["dir/*"])) == [problem("dir/*", .noMatch)])
        }
    }

    @Test("a name that is no UTF-8 is told with its bytes escaped, also in a folder of such a name")
    func badNames() async throws {
        try await TemporaryFolder.with { folder in
            for name: [UInt8] in [[0x61, 0xFF, 0x0A], [0x62]] {
                let path = (Array(folder.file("").utf8) + name).map { CChar(bitPattern: $0) } + [0]
                let descriptor = open(path, O_CREAT | O_WRONLY, 0o644)
                #expect(descriptor >= 0)
                close(descriptor)
            }
            let files = try collect(folder, spec(artifacts: ["*"]))
            #expect(files == [problem("a\\xFF\n", .badName), file("b", "")])
            let changes = try collect(folder, spec(collectsChanges: true))
            #expect(
                changes == [
                    change("a\\xFF\n", .added), problem("a\\xFF\n", .badName), change("b", .added), file("b", ""),
                ])
        }
    }

    @Test("patterns bring at most 1024 files; the pattern that would bring more says so")
    func tooMany() async throws {
        try await TemporaryFolder.with { folder in
            for number in 0..<1030 { try folder.write("", to: "f\(number)") }
            let collected = try collect(folder, spec(artifacts: ["f0", "*", "f99?"]))
            // f0 was named, and fits the first pattern, too: it is not counted.
            #expect(collected.count == 1 + 1024 + 1 + 1)
            #expect(collected.suffix(2) == [problem("*", .tooMany), problem("f99?", .tooMany)])
            let changes = try collect(folder, spec(collectsChanges: true))
            #expect(changes.first == problem("**", .tooMany))
            // The same files as artifacts leave no less of the changes.
            let both = try collect(folder, spec(artifacts: ["f*"], collectsChanges: true))
            #expect(both.filter { if case .change = $0.message { true } else { false } }.count == 1024)
            #expect(changes.count == 1 + 2 * 1024)
        }
    }

    @Test("what lies deeper than 64 folders is left out, and the folder is told")
    func tooDeep() async throws {
        try await TemporaryFolder.with { folder in
            let chain = Array(repeating: "d", count: 70).joined(separator: "/")
            try FileManager.default.createDirectory(atPath: folder.file(chain), withIntermediateDirectories: true)
            try folder.write("x", to: "\(chain)/deep")
            try folder.write("y", to: "d/flat")
            let limit = Array(repeating: "d", count: 64).joined(separator: "/")
            #expect(
                try collect(folder, spec(artifacts: ["**/deep", "**/flat"])) == [
                    problem("**/deep", .noMatch), file("d/flat", "y"), problem(limit, .tooDeep),
                ])
            // By its name it can be had.
            #expect(try collect(folder, spec(artifacts: ["\(chain)/deep"])) == [file("\(chain)/deep", "x")])
        }
    }

    /// Writes files as the cell does, and gives what it remembers.
    private func given(_ folder: TemporaryFolder, _ files: [String: String]) throws -> [String: WrittenFile] {
        var writer = InputWriter(folder: folder.path)
        writer.remembers = true
        for (path, content) in files {
            try writer.begin(path: path, size: content.utf8.count, isExecutable: false)
            if !content.isEmpty { try writer.append(Array(content.utf8)) }
        }
        return writer.written
    }

    @Test("changes are what is new, what has another content, and what is gone")
    func collectsChanges() async throws {
        try await TemporaryFolder.with { folder in
            let written = try given(
                folder,
                [
                    "same": "same", "touched": "t", "other": "abc", "longer": "a", "gone": "g", "in/now": "x",
                    "empty": "",
                ])
            #expect(written.count == 7)
            try folder.write("t", to: "touched")
            try folder.write("abd", to: "other")
            try folder.write("ab", to: "longer")
            try FileManager.default.removeItem(atPath: folder.file("gone"))
            try FileManager.default.removeItem(atPath: folder.file("in"))
            try folder.write("in", to: "in")
            try folder.write("{}", to: "result.json")
            try folder.write("art", to: "art")
            #expect(mkfifo(folder.file("fifo"), 0o644) == 0)
            let spec = spec(result: "result.json", artifacts: ["art", "none"], collectsChanges: true)
            #expect(
                try collect(folder, spec, written: written) == [
                    file("result.json", "{}"), file("art", "art"), problem("none", .missing), change("art", .added),
                    change("fifo", .added), problem("fifo", .fifo), change("gone", .deleted), change("in", .added),
                    file("in", "in"), change("in/now", .deleted), change("longer", .modified), file("longer", "ab"),
                    change("other", .modified), file("other", "abd"), change("result.json", .added),
                ])
        }
    }

    @Test("changes and artifacts share one budget")
    func changesCap() async throws {
        try await TemporaryFolder.with { folder in
            for (name, count) in [("a", 6), ("b", 5), ("c", 4)] {
                try folder.write(String(repeating: name, count: count), to: name)
            }
            #expect(
                try collect(folder, spec(artifacts: ["c"], artifactsCap: 10, collectsChanges: true)) == [
                    file("c", "cccc"), change("a", .added), file("a", "aaaaaa"), change("b", .added),
                    problem("b", .tooLarge), change("c", .added),
                ])
        }
    }

    @Test("what was given is not called deleted where nobody could look")
    func hidden() async throws {
        guard getuid() != 0 else { return }
        try await TemporaryFolder.with { folder in
            let written = try given(folder, ["in/file": "x"])
            #expect(chmod(folder.file("in"), 0) == 0)
            defer { chmod(folder.file("in"), 0o700) }
            #expect(try collect(folder, spec(collectsChanges: true), written: written) == [problem("in", .unreadable)])
        }
    }
}
