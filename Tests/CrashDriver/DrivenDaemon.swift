import Daemon
import Foundation

/// The daemon of a data folder as `caisson serve` runs it, with layers around its parts.
enum DrivenDaemon {
    static func run(_ instance: InstanceConfiguration, _ layers: Layers) async throws {
        let sources = SettingSources(
            home: instance.home, file: nil, environment: ProcessInfo.processInfo.environment, flags: [],
            known: DaemonConfiguration.keys)
        let process = DaemonProcess(
            configuration: try DaemonConfiguration(home: instance.home, sources: sources), instance: instance,
            readiness: Readiness(descriptor: nil, manager: nil), isByNeed: false)
        _ = try await process.run { base in
            try await DaemonServices.parts(base, release: "crash-driver", layers: layers)
        }
    }
}
