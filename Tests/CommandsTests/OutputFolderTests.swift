import Foundation
import Model
import TestSupport
import Testing

@testable import Commands

@Suite struct OutputFolderTests {
    /// Writes one file and gives why it was refused.
    private func write(_ content: String, to path: String, in folder: String) throws -> String? {
        let target = try OutputFolder(folder)
        do throws(OutputFolder.Refusal) {
            var file = try target.begin(path)
            try file.append(Array(content.utf8))
            try file.finish()
            return nil
        } catch {
            return error.reason
        }
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test("files are written in folders that are made for them, and replace files that were there")
    func writes() async throws {
        try await TemporaryFolder.with { folder in
            let target = folder.file("new/target")
            #expect(try write("one", to: "a/b/c", in: target) == nil)
            #expect(try write("two", to: "a/b/c", in: target) == nil)
            #expect(try write("", to: "a/empty", in: target) == nil)
            #expect(try read("\(target)/a/b/c") == "two")
            let modes = try TemporaryFolder(path: target).modes()
            #expect(Set(modes.keys) == ["a", "a/b", "a/b/c", "a/empty"], "nothing else is left")
            #expect(modes["a/b/c"].map { $0 & 0o7133 } == 0, "neither executable nor writable for others")
        }
    }

    @Test(
        "a path that does not stay beneath the folder is refused",
        arguments: ["", "/", "/etc/x", "..", "../x", "a/../../x", "a/..", ".", "./x", "a//b", "a/"])
    func paths(_ path: String) async throws {
        try await TemporaryFolder.with { folder in
            let target = folder.file("target")
            let refusal = try write("x", to: path, in: target)
            #expect(refusal == "its path does not stay beneath the folder")
            #expect(try folder.modes().keys.sorted() == ["target"])
        }
    }

    @Test("a link that was planted is neither followed on the way nor written through at the end")
    func links() async throws {
        try await TemporaryFolder.with { folder in
            let (target, outside) = (folder.file("target"), folder.file("outside"))
            for path in [target, outside] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            }
            try folder.write("mine", to: "outside/file")
            try FileManager.default.createSymbolicLink(atPath: "\(target)/way", withDestinationPath: outside)
            try FileManager.default.createSymbolicLink(
                atPath: "\(target)/end", withDestinationPath: "\(outside)/file")
            #expect(try write("x", to: "way/file", in: target) == "a folder is needed where something else is")
            #expect(try write("x", to: "end", in: target) == "a link has its name")
            #expect(try read("\(outside)/file") == "mine")
            #expect(try folder.modes().keys.filter { $0.contains(".caisson") }.isEmpty)
            // The folder itself may be one: that is its owner's business.
            try FileManager.default.createSymbolicLink(atPath: folder.file("alias"), withDestinationPath: target)
            #expect(try write("x", to: "file", in: folder.file("alias")) == nil)
            #expect(try read("\(target)/file") == "x")
        }
    }

    @Test("what is in the way is told: a folder, a FIFO, a file where a folder is needed")
    func conflicts() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.file("dir"), withIntermediateDirectories: false)
            try folder.write("mine", to: "file")
            #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
            #expect(try write("x", to: "dir", in: folder.path) == "a folder has its name")
            #expect(try write("x", to: "fifo", in: folder.path) == "something that is no file has its name")
            #expect(try write("x", to: "file/below", in: folder.path) == "a folder is needed where something else is")
            #expect(try read(folder.file("file")) == "mine")
            #expect(try folder.modes().keys.sorted() == ["dir", "fifo", "file"])
        }
    }

    @Test("control characters in a name are escaped, other characters stay")
    func names() throws {
        #expect(try OutputFolder.names(of: "a\nb/\u{1B}[2J/ü -rf ☃") == ["a\\u{A}b", "\\u{1B}[2J", "ü -rf ☃"])
        #expect(try OutputFolder.names(of: "x\u{0}") == ["x\\u{0}"])
    }

    @Test("a folder that cannot be made or written to is told before anything is started")
    func unwritable() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("", to: "file")
            for path in [folder.file("file"), folder.file("file/below")] {
                let failure = ArtifactWriter.mistake(folder: path)
                #expect(failure?.code == .outputUnwritable, "\(path)")
            }
            let fine = ArtifactWriter.mistake(folder: folder.file("fine/below"))
            #expect(fine == nil)
        }
    }

    @Test("what can be known of a folder before the job is told before it")
    func beforehand() async throws {
        try await TemporaryFolder.with { folder in
            let file = try folder.write("x", to: "file")
            #expect(symlink("nowhere", folder.file("dangling")) == 0)
            #expect(symlink(".", folder.file("link")) == 0)
            for path in [
                folder.path, folder.file("new/er"), folder.file("link"), folder.file("link/new/"), "new", "../new",
            ] {
                let mistake = ArtifactWriter.mistake(folder: path)
                #expect(mistake == nil, "\(path)")
            }
            for path in [
                "", file, "\(file)/x", folder.file("dangling"), folder.file("dangling/x"),
                folder.file(String(repeating: "n", count: 300)),
            ] {
                let mistake = ArtifactWriter.mistake(folder: path)
                #expect(mistake?.code == .outputUnwritable, "\(path)")
            }
        }
    }
}
