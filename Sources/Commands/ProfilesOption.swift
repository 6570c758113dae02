import ArgumentParser
import Daemon
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
