import DockerEngine
import Foundation
import Model
import Testing

/// The real engine that these tests use.
///
/// Where there is none they are skipped, with the reason printed; with `CAISSON_REQUIRE_ENGINE=1` they run, and fail.
enum TestEngine {
    static let address: EngineAddress = {
        // ignored: a DOCKER_HOST that cannot be read counts as no engine
        let given = try? EngineAddress(dockerHost: ProcessInfo.processInfo.environment["DOCKER_HOST"])
        return given ?? standard
    }()

    private static let standard: EngineAddress = {
        do { return try EngineAddress(dockerHost: nil) } catch { preconditionFailure("the default address: \(error)") }
    }()

    /// The path of its socket: the tests look at the engine through this, so they need one.
    static let socketPath: String = {
        guard let path = address.socketPath else { preconditionFailure("these tests need DOCKER_HOST=unix://PATH") }
        return path
    }()

    static var isWanted: Bool {
        ProcessInfo.processInfo.environment["CAISSON_REQUIRE_ENGINE"] == "1"
            || FileManager.default.fileExists(atPath: socketPath)
    }

    static let comment: Comment = "no Docker engine at its socket: start one with Scripts/engine"

    /// The folder of the programs that were built with these tests.
    static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
}

extension Tag {
    /// Needs a real engine.
    @Tag static var docker: Self
}
