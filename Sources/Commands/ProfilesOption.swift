import ArgumentParser
import Daemon
import Foundation
import Hardening

/// Where profiles come from.
struct ProfilesOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("A folder with profiles to use instead of the built-in ones.", valueName: "folder"))
    var profiles: String?

    /// - Throws: ``HardeningError`` if the folder cannot be read.
    func set() throws -> ProfileSet {
        guard let profiles else { return .builtIn }
        return try ProfileFolder.read(profiles)
    }
}

extension ProfileSet {
    /// The folder as the daemon finds it, which works elsewhere; `nil` for the built-in ones.
    var absoluteFolder: String? {
        folder.map { InstanceConfiguration.absolute($0, in: FileManager.default.currentDirectoryPath) }
    }
}
