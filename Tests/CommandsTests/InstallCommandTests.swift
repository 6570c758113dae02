import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct InstallCommandTests {
    /// Programs that are none.
    private func programs(_ folder: TemporaryFolder) throws -> URL {
        for name in InstallFiles.programs { try folder.write("program \(name)", to: name) }
        return URL(filePath: folder.path)
    }

    private func install(_ root: String, _ programs: URL, _ flags: String...) throws -> String {
        let command = try #require(
            try InstallCommand.parseAsRoot(["--root", root] + flags) as? InstallCommand)
        return try Printed.text { try command.run(programs: programs, output: $0) }
    }

    @Test("programs, unit, user, folder and settings are in their places, and go again")
    func places() async throws {
        try await TemporaryFolder.with { folder in
            let (root, programs) = (folder.file("root"), try programs(folder))
            let printed = try install(root, programs, "--user", "jobs", "--prefix", "/opt/c")
            func text(_ path: String) throws -> String { try String(contentsOfFile: root + path, encoding: .utf8) }
            #expect(try text("/opt/c/lib/caisson/caisson-cell") == "program caisson-cell")
            #expect(try text("/opt/c/bin/caisson") == "program caisson", "the link leads to it")
            let unit = try text("/etc/systemd/system/caisson.service")
            #expect(unit.contains("\nUser=jobs\n"))
            #expect(unit.contains("\nExecStart=/opt/c/lib/caisson/caisson serve --log-file stderr\n"))
            #expect(try text("/etc/sysusers.d/caisson.conf").contains("u jobs - "))
            #expect(try text("/etc/tmpfiles.d/caisson.conf").contains("d /var/lib/caisson 0700 jobs jobs -"))
            let modes = try TemporaryFolder(path: root).modes()
            #expect(modes["opt/c/lib/caisson/caisson"] == 0o755)
            #expect(modes["etc/systemd/system/caisson.service"] == 0o644)
            #expect(printed.split(separator: "\n").count == 8)

            // Settings are people's own; all else is brought up to date.
            try Data("slots: 3\n".utf8).write(to: URL(filePath: "\(root)/etc/caisson/config.yaml"))
            try folder.write("newer", to: "caisson")
            let again = try install(root, programs, "--user", "jobs", "--prefix", "/opt/c")
            #expect(again.contains("config.yaml (left as it is)"))
            #expect(try text("/etc/caisson/config.yaml") == "slots: 3\n")
            #expect(try text("/opt/c/bin/caisson") == "newer")

            let uninstall = try #require(
                try UninstallCommand.parseAsRoot(["--root", root, "--prefix", "/opt/c"]) as? UninstallCommand)
            #expect(try uninstall.removeFiles().count == 7)
            #expect(try uninstall.removeFiles().isEmpty)
            let left = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
                let kind = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type]
                return kind as? FileAttributeType != .typeDirectory
            }
            #expect(left == ["etc/caisson/config.yaml"])
        }
    }

    @Test("a missing program is told, and no other one is harmed by it")
    func missing() async throws {
        _ = try await TemporaryFolder.with { folder in
            let programs = try programs(folder)
            try FileManager.default.removeItem(atPath: folder.file("caisson-probe"))
            #expect(throws: FileError.unreadable(path: folder.file("caisson-probe"), reason: "it does not exist")) {
                try install(folder.file("root"), programs)
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("root")))
        }
    }

    @Test(
        "what would mean something else in a file of systemd is refused",
        arguments: [
            ["--user", "a b"], ["--user", "a\nExecStartPre=/bin/sh"], ["--user", ""], ["--user", "0"],
            ["--prefix", "relative"], ["--prefix", "/a b"], ["--prefix", "/a%h"], ["--prefix", "/a/"],
        ])
    func names(_ flags: [String]) {
        #expect(throws: (any Error).self) { try InstallCommand.parseAsRoot(flags) }
    }

    @Test("the example of settings is a configuration, also with every line in force")
    func settings() throws {
        let file = try #require(
            InstallFiles(user: "a", prefix: "/b").files.first { $0.path == InstallFiles.configurationPath })
        let lines = file.content.split(separator: "\n").dropFirst().map { $0.dropFirst(2) }
        #expect(lines.contains { $0.hasPrefix("drain_limit") })
        let path = FileManager.default.temporaryDirectory.appending(
            path: "caisson-settings-\(ProcessInfo.processInfo.processIdentifier).yaml")
        defer { try? FileManager.default.removeItem(at: path) }  // ignored: it lies in the folder for temporary files
        for text in [file.content, lines.joined(separator: "\n")] {
            try Data(text.utf8).write(to: path)
            let check = try #require(
                try ConfigCheckCommand.parseAsRoot(["--home", "/h", path.path]) as? ConfigCheckCommand)
            try check.run()
        }
    }
}
