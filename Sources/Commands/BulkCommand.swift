import ArgumentParser
import Model
import Ports

/// A verb that acts on many jobs by way of the daemon.
protocol BulkCommand: AsyncParsableCommand {
    var home: PlaceOptions { get }

    /// The command without its surroundings.
    func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus
}

extension BulkCommand {
    func run() async throws {
        try await home.daemon { try await run(daemon: $0, now: home.now, output: .standard) }.end()
    }
}
