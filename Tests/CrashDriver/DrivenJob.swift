import Daemon
import Hardening
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler

/// One job, run in this process after what an earlier process has left is in hand.
enum DrivenJob {
    static func run(image: String, _ command: [String], in configuration: InstanceConfiguration, _ layers: Layers)
        async throws
    {
        let logger = Logger(label: "crash") { _ in SwiftLogNoOpLogHandler() }
        let instance = try await Instance.open(configuration, logger: logger, layers: layers)
        let profile = try Instance.profile(named: "shell").profile
        let request = JobRequest(image: image, command: command, profile: profile.name, limits: profile.limits)
        try await instance.serving {
            for attempt in try await instance.store.liveAttempts() {
                _ = try await instance.end(of: try await instance.store.job("\(attempt.id.job)"))
            }
            _ = try await instance.end(of: try await instance.accept(request))
        }
        try await instance.close()
    }
}
