package import ControlWire
import Doctor
import Model
import Planner
import Ports
import Scheduler

/// Gathers what goes on, with a daemon or without one.
package struct StatusLook: Sendable {
    /// Jobs that are shown.
    static let recentJobs = 5

    let home: String
    let reader: any JobReader

    /// Without a daemon, from the files alone.
    package static func status(_ configuration: InstanceConfiguration) async throws -> StatusView {
        try await StatusLook(home: configuration.home, reader: try Instance.reader(configuration)).status()
    }

    func status() async throws -> StatusView {
        var filter = JobFilter()
        filter.rootsOnly = true
        let recent = try await reader.jobs(filter, limit: Self.recentJobs, before: nil)
        return StatusView(
            queues: try await reader.queues().map { QueueView($0) }, recent: recent.jobs.map { JobView($0) },
            freeBytes: Look.space(at: Look.nearestParent(of: home))?.free.bytes)
    }
}

/// What a daemon says of itself and of what goes on in it.
struct DaemonStatus: Sendable {
    let version: VersionView
    let look: StatusLook
    let health: DaemonHealth
    let dispatcher: Dispatcher

    func status() async throws -> StatusView {
        var view = try await look.status()
        view.daemon = version
        view.dispatch = StatusView.Dispatch(await dispatcher.status)
        var checks: [HealthView.Check] = []
        for check in self.checks { checks.append(await check()) }
        view.health = HealthView(checks)
        return view
    }

    /// One for each thing that a daemon cannot do without.
    var checks: [@Sendable () async -> HealthView.Check] {
        DaemonHealth.Component.Name.allCases.map { name in
            { @Sendable in
                if name == .engine, let known = Self.check(await dispatcher.status.engine) { return known }
                let component = await health.look(at: name)
                return HealthView.Check(
                    name: name.rawValue, isHealthy: component.isHealthy, message: component.message)
            }
        }
    }

    /// What the last look at the engine has found; `nil` before the first.
    static func check(_ engine: DispatcherStatus.Engine) -> HealthView.Check? {
        let name = DaemonHealth.Component.Name.engine.rawValue
        switch engine {
        case .unknown: return nil
        case .up: return HealthView.Check(name: name, isHealthy: true, message: "The engine answers.")
        case .down(let since, _, let message):
            return HealthView.Check(name: name, isHealthy: false, message: "Since \(since.rfc3339): \(message)")
        }
    }
}

extension StatusView.Dispatch {
    init(_ status: DispatcherStatus) {
        self.init(
            engine: "unknown", isDraining: status.isDraining, running: status.running, slots: status.capacity.slots,
            rounds: status.rounds, failedRounds: status.failedRounds)
        switch status.engine {
        case .unknown: break
        case .up: engine = "up"
        case .down(let since, _, let message):
            (engine, engineDownSince, engineProblem) = ("down", since.rfc3339, message)
        }
    }
}
