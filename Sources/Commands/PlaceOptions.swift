import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Model
import Ports

/// Where the jobs are: the data folder, and the daemon's socket.
struct PlaceOptions: ParsableArguments {
    @OptionGroup var home: HomeOption
    @OptionGroup var settings: ConfigurationOption

    var now: WallTime { Invocation.now }

    /// Calls `body` with the stored jobs to look at: those of the daemon if there is one, else the files themselves.
    func look<Value>(
        _ body: (any JobReader & BlobReader, any JobExplainer) async throws -> Value
    ) async throws -> Value {
        let instance = try home.configuration()
        let launcher = try settings.launcher(instance)
        guard launcher.isThere else {
            let reader = try Instance.reader(instance)
            return try await body(reader, FileExplainer(reader: reader, now: now))
        }
        return try await DaemonClient.use(launcher.socket) { try await body($0, $0) }
    }

    /// Finds the daemon, or starts one.
    var reconnection: @Sendable () async throws -> Void {
        get throws {
            let launcher = try settings.launcher(try home.configuration())
            return { try await launcher.ensure() }
        }
    }

    /// Calls `body` with what asks the daemon, which is started if there is none.
    ///
    /// - Parameter isAgain: handed to `body`: whether it was called before, and the daemon it had was about to end.
    func client<Value>(_ body: (ControlClient, _ isAgain: Bool) async throws -> Value) async throws -> Value {
        let launcher = try settings.launcher(try home.configuration())
        var isAgain = false
        return try await launcher.use(isGone: Self.isGone) {
            defer { isAgain = true }
            return try await DaemonClient.withClient(launcher.socket) { try await body($0, isAgain) }
        }
    }

    /// Calls `body` with what asks the daemon, or with nothing if there is none.
    func clientIfThere<Value>(_ body: (ControlClient?) async throws -> Value) async throws -> Value {
        let launcher = try settings.launcher(try home.configuration())
        guard launcher.isThere else { return try await body(nil) }
        return try await DaemonClient.withClient(launcher.socket) { try await body($0) }
    }

    private static func isGone(_ error: any Error) -> Bool {
        (error as? any UserFacingError)?.code == .daemonStopping
    }

    /// Calls `body` with the daemon, which is started if there is none.
    ///
    /// - Parameter output: where it is told that the daemon's engine is another one than ours, if that matters.
    func daemon<Value>(
        warning output: Output? = nil, _ body: (any Daemonic) async throws -> Value
    ) async throws -> Value {
        let configuration = try home.configuration()
        let launcher = try settings.launcher(configuration)
        // One that we start has our engine.
        var mayDiffer = output != nil && launcher.isThere && EngineDifference.isNamed
        return try await launcher.use(isGone: Self.isGone) {
            try await DaemonClient.withClient(launcher.socket) { client in
                if mayDiffer, let output {
                    mayDiffer = false
                    let theirs = try await client.version().engine
                    if let line = EngineDifference.line(theirs: theirs, ours: "\(configuration.engine)") {
                        output.error(line)
                    }
                }
                return try await body(DaemonClient(client))
            }
        }
    }
}
