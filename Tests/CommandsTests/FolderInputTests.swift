import Foundation
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct FolderInputTests {
    private func files(_ folder: TemporaryFolder, to destination: String? = nil) -> (
        files: [JobRequest.File], problems: [FolderError]
    ) {
        do throws(FolderProblems) {
            return (try FolderInput.files(in: folder.path, to: destination), [])
        } catch {
            return ([], error.problems)
        }
    }

    private func make(_ folder: TemporaryFolder, _ names: String...) throws {
        for name in names {
            let path = URL(filePath: folder.file(name))
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: path)
        }
    }

    @Test("the files at every depth are taken, with their content and mode; hard links and hidden files are files")
    func takes() async throws {
        try await TemporaryFolder.with { folder in
            try make(folder, "a", "b/c", "b/d/e", ".hidden", ".git/HEAD", "b/.git/HEAD")
            #expect(link(folder.file("a"), folder.file("z")) == 0)
            #expect(chmod(folder.file("b/c"), 0o755) == 0)
            let (files, problems) = files(folder)
            #expect(problems == [])
            #expect(files.map(\.path) == [".hidden", "a", "b/c", "b/d/e", "z"])
            #expect(files.map(\.isExecutable) == [false, false, true, false, false])
            let first = try await files[2].source.next()
            #expect(first == Array("b/c".utf8))
            #expect(self.files(folder, to: "in/x").files.map(\.path).last == "in/x/z")
        }
    }

    @Test("what is ignored is not looked at")
    func ignores() async throws {
        try await TemporaryFolder.with { folder in
            try make(folder, "a.log", "keep.log", "build/x", "src/main")
            #expect(symlink("/etc", folder.file("build/link")) == 0)
            try folder.write("*.log\n!keep.log\nbuild/\n", to: ".caissonignore")
            let (files, problems) = files(folder)
            #expect(problems == [])
            #expect(files.map(\.path) == ["keep.log", "src/main"])
            try folder.write("a\nb\\c\n", to: ".caissonignore")
            let wanted = FolderError.pattern(
                path: folder.file(".caissonignore"), line: 2, problem: "has a backslash")
            #expect(self.files(folder).problems == [wanted])
        }
    }

    @Test("links, FIFOs, sockets and names that are no text are refused by kind and path, all at once")
    func kinds() async throws {
        try await TemporaryFolder.with { folder in
            try make(folder, "a", "in/b")
            #expect(symlink("a", folder.file("in/link")) == 0)
            #expect(symlink(".", folder.file("loop")) == 0)
            #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
            let named = folder.path.utf8CString.dropLast() + [0x2F, CChar(bitPattern: 0xFF), 0]
            let descriptor = Array(named).withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { creat($0, 0o600) } ?? -1
            }
            #expect(descriptor >= 0)
            close(descriptor)
            let (files, problems) = files(folder)
            #expect(files.isEmpty)
            let wanted: Set<FolderError> = [
                .kind(path: folder.file("in/link"), kind: "a symbolic link"),
                .kind(path: folder.file("loop"), kind: "a symbolic link"),
                .kind(path: folder.file("fifo"), kind: "a FIFO"), .name(folder: folder.path),
            ]
            #expect(Set(problems) == wanted)
            for problem in problems { #expect(problem.remedy != nil) }
        }
    }

    @Test("beyond twenty problems, and beyond the number of files, counts are told")
    func bounds() async throws {
        try await TemporaryFolder.with { folder in
            for index in 0..<25 { #expect(symlink("x", folder.file("l\(index)")) == 0) }
            #expect(files(folder).problems.count == 21)
            #expect(files(folder).problems.last == .more(path: folder.path, count: 5))
        }
        try await TemporaryFolder.with { folder in
            for index in 0..<1024 { try folder.write("", to: "f\(index)") }
            #expect(files(folder).files.count == 1024)
            try folder.write("", to: "one more")
            let wanted = FolderError.tooManyFiles(path: folder.path, found: 1025, more: false, limit: 1024)
            #expect(files(folder).problems == [wanted])
        }
        try await TemporaryFolder.with { folder in
            let deep = Array(repeating: "d", count: FolderInput.depth + 1).joined(separator: "/")
            try make(folder, "\(deep)/f")
            #expect(files(folder).problems == [.tooDeep(path: folder.file(deep), limit: FolderInput.depth)])
        }
    }

    @Test("a folder that is none, or not there, is told")
    func noFolder() async throws {
        try await TemporaryFolder.with { folder in
            let file = try folder.write("x", to: "x")
            #expect(files(TemporaryFolder(path: file)).problems == [.notAFolder(path: file)])
            let missing = folder.file("missing")
            #expect(
                files(TemporaryFolder(path: missing)).problems
                    == [.noFolder(path: missing, reason: "it does not exist")])
        }
    }
}
