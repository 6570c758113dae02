package import DockerEngine
import FoundationEssentials
package import Model

/// What an instance needs to know from outside, read once.
package struct InstanceConfiguration: Sendable {
    /// The data folder: absolute.
    ///
    /// From `--home`, else `CAISSON_HOME`, else `$XDG_STATE_HOME/caisson`, else `~/.local/state/caisson`.
    package let home: String
    /// Whether ``home`` was named by `--home` or `CAISSON_HOME`; one that nobody named may well not exist yet.
    package let isHomeNamed: Bool
    /// From `DOCKER_HOST`, and for TCP from `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`.
    package let engine: EngineAddress
    /// The cell's program; it lies beside the running one.
    package let cellPath: String

    /// How long a second `run` waits for the data folder.
    package static let lockPatience = Duration.seconds(60)

    /// - Throws: ``ModelError`` naming the first setting that cannot be used.
    package init(home: String?, environment: [String: String], executable: String) throws(ModelError) {
        let named = home ?? environment["CAISSON_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        (self.home, isHomeNamed) = (try Self.home(named, environment), named != nil)
        engine = try EngineAddress(environment: environment)
        cellPath = URL(filePath: executable).deletingLastPathComponent().appending(path: "caisson-cell").path
    }

    private static func home(_ named: String?, _ environment: [String: String]) throws(ModelError) -> String {
        func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let path = named { return URL(filePath: path).standardized.path }
        if let state = given("XDG_STATE_HOME"), state.hasPrefix("/") { return "\(state)/caisson" }
        guard let user = given("HOME"), user.hasPrefix("/") else {
            throw .malformed(field: "HOME", value: "", expected: "an absolute path (or give --home)")
        }
        return "\(user)/.local/state/caisson"
    }
}
