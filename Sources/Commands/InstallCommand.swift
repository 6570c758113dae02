import ArgumentParser
import Daemon
import Foundation
import Model

/// `caisson install`: puts programs, unit, user and settings in their places.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install Caisson as a daemon of systemd; start nothing.",
        discussion: """
            Copies the programs, and writes a hardened unit, its user, its data folder's place and an example of its settings, which is \
            left alone if there is one. What is to be typed next is printed.
            """)

    @Option(help: ArgumentHelp("The user that the daemon runs as.", valueName: "name")) var user = "caisson"
    @Option(help: ArgumentHelp("Where the programs go: lib/caisson and bin in it.", valueName: "folder"))
    var prefix = "/usr/local"
    @Option(help: ArgumentHelp("Write everything beneath this folder instead of /, for packages.", valueName: "folder"))
    var root = ""

    func validate() throws {
        // It goes into files of systemd, whose grammar has more than names.
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789_-")
        guard let first = user.first, first.isLetter, user.allSatisfy(letters.contains), user.count <= 31 else {
            throw ValidationError("--user \(user) is no name of a system user: a-z, 0-9, _ and -, a letter first.")
        }
        let plain = CharacterSet(charactersIn: "/._-+").union(.alphanumerics)
        guard prefix.hasPrefix("/"), !prefix.hasSuffix("/"), prefix.unicodeScalars.allSatisfy(plain.contains) else {
            throw ValidationError("--prefix \(prefix) is no absolute path of letters, digits and . _ - +.")
        }
    }

    func run() throws {
        let executable = try HomeOption.program()
        try run(programs: URL(filePath: executable).deletingLastPathComponent(), output: .standard)
    }

    /// The command without its surroundings.
    func run(programs: URL, output: Output) throws {
        let install = InstallFiles(user: user, prefix: prefix)
        // All are read before the first is written: they belong together.
        let contents = try InstallFiles.programs.map { try Self.content(of: programs.appending(path: $0)) }
        for (name, content) in zip(InstallFiles.programs, contents) {
            try Self.put("\(root)\(install.programFolder)/\(name)", mode: 0o755, content)
            try output.line("\(root)\(install.programFolder)/\(name)")
        }
        try Self.link(at: "\(root)\(install.link)", to: "../lib/caisson/caisson")
        try output.line("\(root)\(install.link)")
        for file in install.files {
            let path = "\(root)\(file.path)"
            if file.isTheirs, FileManager.default.fileExists(atPath: path) {
                try output.line("\(path) (left as it is)")
                continue
            }
            try Self.put(path, mode: file.mode, Data(file.content.utf8))
            try output.line(path)
        }
        output.error(
            """
            Next: systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload && systemctl enable --now caisson
            Then: sudo -u \(user) CAISSON_HOME=\(InstallFiles.dataFolder) \(install.link) doctor
            """)
    }

    private static func content(of program: URL) throws -> Data {
        do {
            return try Data(contentsOf: program)
        } catch {
            throw FileError.unreadable(path: program.path, reason: reason(error))
        }
    }

    /// Writes a file whole, or not at all: a program that runs is replaced, not written into.
    private static func put(_ path: String, mode: UInt32, _ content: Data) throws {
        let url = URL(filePath: path)
        let fresh = "\(path).new"
        do {
            let folder = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            try content.write(to: URL(filePath: fresh))
            try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: fresh)
        } catch {
            throw FileError.unwritable(path: path, reason: reason(error))
        }
        guard rename(fresh, path) == 0 else {
            throw FileError.unwritable(path: path, reason: reason(errorNumber: errno))
        }
    }

    private static func link(at path: String, to target: String) throws {
        do {
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            // ignored: there is none yet
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        } catch {
            throw FileError.unwritable(path: path, reason: reason(error))
        }
    }
}
