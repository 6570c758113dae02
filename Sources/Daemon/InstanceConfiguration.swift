package import DockerEngine
import FoundationEssentials
package import Model

/// What an instance needs to know from outside, read once.
package struct InstanceConfiguration: Sendable {
    /// The data folder: absolute.
    ///
    /// From `--home`, else `CAISSON_HOME`, else `$XDG_STATE_HOME/caisson`, else `~/.local/state/caisson`.
    package private(set) var home: String
    /// Whether ``home`` was named by `--home` or `CAISSON_HOME`; one that nobody named may well not exist yet.
    package let isHomeNamed: Bool
    /// From `DOCKER_HOST`, and for TCP from `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`.
    package let engine: EngineAddress
    /// The cell's program; it lies beside the running one.
    package let cellPath: String
    /// The program that tries sandboxes; it lies there, too.
    package let probePath: String

    /// How long an instance that is opened waits for a process that has the data folder.
    package static let lockPatience = Duration.seconds(60)

    /// - Throws: ``ModelError`` naming the first setting that cannot be used.
    package init(home: String?, environment: [String: String], executable: String) throws(ModelError) {
        let named = home ?? environment["CAISSON_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        (self.home, isHomeNamed) = (try Self.home(named, environment), named != nil)
        engine = try EngineAddress(environment: environment)
        let folder = URL(filePath: executable).deletingLastPathComponent()
        (cellPath, probePath) = (
            folder.appending(path: "caisson-cell").path, folder.appending(path: "caisson-probe").path
        )
    }

    /// The same with another data folder, which is there.
    func moved(to home: String) -> InstanceConfiguration {
        var other = self
        other.home = home
        return other
    }

    /// `path` from the root on, as the kernel would follow it from `folder`.
    ///
    /// Only what says nothing is taken out. `..` stays: behind a link it leads elsewhere than the text says; and `~` is a
    /// name like any other.
    package static func absolute(_ path: String, in folder: String) -> String {
        let names = (path.hasPrefix("/") ? path : "\(folder)/\(path)").split(separator: "/").filter { $0 != "." }
        return "/\(names.joined(separator: "/"))"
    }

    private static func home(_ named: String?, _ environment: [String: String]) throws(ModelError) -> String {
        func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let path = named {
            // The current folder is asked for only where it counts: it may be gone.
            let current = path.hasPrefix("/") ? "/" : FileManager.default.currentDirectoryPath
            guard !current.isEmpty else {
                throw .malformed(field: "--home", value: path, expected: "an absolute path; the current folder is gone")
            }
            return absolute(path, in: current)
        }
        if let state = given("XDG_STATE_HOME"), state.hasPrefix("/") { return "\(state)/caisson" }
        guard let user = given("HOME"), user.hasPrefix("/") else {
            throw .malformed(field: "HOME", value: "", expected: "an absolute path (or give --home)")
        }
        return "\(user)/.local/state/caisson"
    }
}
