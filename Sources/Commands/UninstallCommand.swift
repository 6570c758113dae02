import ArgumentParser
import Daemon
import Foundation

/// `caisson uninstall`: takes away what `install` has put there, and what the installation has in the engine.
struct UninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Remove what this installation has in the engine, and the files of `caisson install`.",
        discussion: """
            Containers and volumes of the data folder's installation are removed, jobs that still run among them, and our own images \
            if no other installation is left in the engine. The data stays, unless --purge is given. Stop the daemon first: \
            while one works in the folder, nothing is removed.
            """)

    @Flag(help: "Remove the data folder, too: all jobs and what they wrote.") var purge = false
    @Flag(help: "Leave the files of `caisson install`: for the service's own user, who may not remove them.")
    var keepFiles = false
    @Option(help: ArgumentHelp("As given to `caisson install`.", valueName: "folder")) var prefix = "/usr/local"
    @Option(help: ArgumentHelp("As given to `caisson install`.", valueName: "folder")) var root = ""
    @OptionGroup var home: HomeOption

    func run() async throws {
        let configuration = try home.configuration()
        let output = Output.standard
        if let removed = try await Uninstallation.run(configuration, purge: purge) {
            try output.line(
                "engine: removed \(removed.containers) containers, \(removed.volumes) volumes, \(removed.images) images"
            )
            for name in removed.left {
                output.error("caisson: left alone, for it may not be ours: \(TextTable.oneLine(name, width: 200))")
            }
            try output.line("data folder \(configuration.home): \(purge ? "removed" : "kept; --purge removes it")")
        } else {
            try output.line("there is no data folder \(configuration.home), so nothing of it in the engine")
        }
        guard !keepFiles else { return }
        for path in try removeFiles() { try output.line("removed \(path)") }
    }

    /// Removes the files; gives the paths of those that were there.
    func removeFiles() throws -> [String] {
        let install = InstallFiles(user: "caisson", prefix: prefix)
        let programs = InstallFiles.programs.map { "\(install.programFolder)/\($0)" }
        // Settings are people's own.
        let files = install.files.filter { !$0.isTheirs }.map(\.path)
        var removed: [String] = []
        for path in ([install.link] + programs + files).map({ "\(root)\($0)" }) {
            guard unlink(path) == 0 else {
                if errno == ENOENT || errno == ENOTDIR { continue }
                throw FileError.unwritable(path: path, reason: reason(errorNumber: errno))
            }
            removed.append(path)
        }
        rmdir("\(root)\(install.programFolder)")
        return removed
    }
}
