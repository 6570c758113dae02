package import Logging
import Model
package import Ports
package import ServiceLifecycle
import Waiting

/// Runs the daemon's services until somebody asks for the end, drains what is under way, and shuts them down in reverse.
package struct DaemonLife: Sendable {
    package enum End: Sendable, Hashable {
        case orderly
        /// Somebody had no patience, or a service took too long: it was cancelled.
        case forced
    }

    /// How long services have to shut down before they are cancelled.
    package static let shutdownLimit = Duration.seconds(10)

    private struct Forced: Error {}

    /// A service has returned although nobody had asked for the end.
    struct ServiceEnded: UserFacingError {
        var code: ErrorCode { .internalFault }
        var message: String { "A part of the daemon has ended although nobody had asked for it." }
        var remedy: String? { "See its log, and report this with it." }
    }

    /// In the order of their start.
    let services: [any Service]
    let drainables: [any Drainable]
    let stop: DaemonStop
    /// What holds if whoever asks for the end does not say.
    let mode: DrainMode
    let drainLimit: Duration
    /// Makes new clients find no daemon any more; may be called twice.
    let withdraw: @Sendable () -> Void
    /// Told before the daemon drains, for whoever watches over it.
    let leaving: @Sendable () -> Void
    let clock: any Clock<Duration>
    let logger: Logger

    package init(
        services: [any Service], drainables: [any Drainable], stop: DaemonStop, mode: DrainMode, drainLimit: Duration,
        clock: any Clock<Duration>, logger: Logger, withdraw: @escaping @Sendable () -> Void,
        leaving: @escaping @Sendable () -> Void
    ) {
        (self.services, self.drainables, self.stop) = (services, drainables, stop)
        (self.mode, self.drainLimit, self.clock, self.logger) = (mode, drainLimit, clock, logger)
        (self.withdraw, self.leaving) = (withdraw, leaving)
    }

    /// Returns when all services have ended.
    ///
    /// - Throws: what a service has thrown, or ``ServiceEnded``.
    package func run() async throws -> End {
        // One that has drained may return before it is told to shut down: the others then follow.
        let each = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
        }
        var configuration = ServiceGroupConfiguration(services: each, logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        let group = ServiceGroup(configuration: configuration)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { try await group.run() }
            tasks.addTask { try await attend(group) }
            do {
                try await tasks.next()
                guard stop.request != nil else { throw ServiceEnded() }
                return .orderly
            } catch is Forced {
                return .forced
            } catch is CancellationError where stop.request != nil {
                return .forced
            }
        }
    }

    /// Brings the services to their ends when that is asked for.
    ///
    /// - Throws: ``Forced``; else it waits, and is cancelled when they have ended.
    private func attend(_ group: ServiceGroup) async throws {
        let request = try await stop.waitForRequest()
        let mode = request.mode ?? mode
        logger.notice(
            "stopping", metadata: ["reason": "\(request.reason.rawValue)", "drain": "\(mode.rawValue)"])
        leaving()
        await drain(mode)
        withdraw()
        guard !stop.isForced else { throw Forced() }
        await group.triggerGracefulShutdown()
        try await stop.waitForForce()
        throw Forced()
    }

    private func drain(_ mode: DrainMode) async {
        let (drainables, stop) = (drainables, stop)
        let isDone = await within(drainLimit, clock) {
            // ignored: a wait that was cancelled ends nothing
            await cutShort(by: { try? await stop.waitForForce() }) {
                await withDiscardingTaskGroup { tasks in
                    for part in drainables { tasks.addTask { await part.drain(mode) } }
                }
                return true
            } ?? false
        }
        if isDone != true {
            logger.warning("the drain took too long; the rest is left", metadata: ["limit": "\(drainLimit.text)"])
        }
    }
}
