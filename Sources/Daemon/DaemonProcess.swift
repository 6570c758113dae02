package import BlobFiles
import CMalloc
package import DockerEngine
import Foundation
import Glibc
package import Logging
package import Model
package import Ports
package import SQLiteStore
package import ServiceLifecycle

/// What a daemon has opened before its services run, for whoever builds them.
package struct DaemonBase: Sendable {
    package let configuration: DaemonConfiguration
    package let instance: InstanceConfiguration
    package let store: SQLiteJobStore
    package let blobs: BlobFolder
    /// It may not have been reached yet: the daemon lives without an engine, and its jobs wait for one.
    package let engine: EngineClient
    /// To be told of requests, and of there being open jobs.
    package let activity: any Activity
    /// To be asked when a client wants the daemon to end.
    package let stop: DaemonStop
    package let startedAt: WallTime
    /// To be called by the control surface once clients are listened to.
    package let listening: @Sendable () async -> Void
    /// A logger for a part of the daemon.
    package let logger: @Sendable (_ component: String) -> Logger
}

/// What runs in a daemon.
package struct DaemonParts: Sendable {
    /// In the order of their start; they are shut down in reverse.
    package let services: [any Service]
    /// Told of the end before any of the services is, all at once.
    package let drainables: [any Drainable]

    package init(services: [any Service], drainables: [any Drainable]) {
        (self.services, self.drainables) = (services, drainables)
    }
}

/// A daemon from its start to its end.
package struct DaemonProcess: Sendable {
    let configuration: DaemonConfiguration
    let instance: InstanceConfiguration
    let readiness: Readiness
    /// Whether a client has started it, which waits for it now.
    let isByNeed: Bool

    /// How long a daemon that was started by need waits for the client that has started it.
    private static let firstWait = Duration.seconds(10)

    /// Time between two tries for the folder while there is patience.
    private static let lockStep = Duration.milliseconds(100)
    /// How long the whole end may take after the drain, until the process is ended hard.
    private static let endLimit = DaemonLife.shutdownLimit + .seconds(20)

    package init(
        configuration: DaemonConfiguration, instance: InstanceConfiguration, readiness: Readiness, isByNeed: Bool
    ) {
        (self.configuration, self.instance) = (configuration, instance)
        (self.readiness, self.isByNeed) = (readiness, isByNeed)
    }

    /// Starts, runs until the end is asked for, and undoes what was started.
    ///
    /// - Parameter parts: builds the services out of what is open.
    package func run(_ parts: @Sendable (DaemonBase) async throws -> DaemonParts) async throws -> DaemonLife.End {
        // Whatever the daemon makes is its owner's alone.
        umask(0o077)
        // Memory goes back to the system arena by arena: with eight for each core, one large submission would stay for good.
        mallopt(M_ARENA_MAX, 2)
        return try await DaemonPhases.with { phases in
            let (clock, format) = (SystemWallClock(), configuration.logFormat)
            let lock = try await phases.start(.dataFolder, { try await acquireLock() }, undo: { _ in })
            let file = try await phases.start(
                .log, { try LogFile(logPlace) { DaemonLog.droppedLine($0, format, clock) } }, undo: { await $0.flush() }
            )
            let logger: @Sendable (String) -> Logger = { [configuration] component in
                DaemonLog.logger(component, configuration, file, clock: clock)
            }
            let log = logger("daemon")
            await phases.use(log)
            log.notice("starting", metadata: ["pid": "\(getpid())", "folder": "\(instance.home)"])
            do {
                let end = try await serve(phases, lock, file, logger, clock, parts)
                log.notice("ended", metadata: ["end": "\(end)"])
                return end
            } catch {
                let code = (error as? any UserFacingError)?.code ?? .internalFault
                log.error(
                    "the daemon has failed",
                    metadata: ["error.code": "\(code.rawValue)", "error.kind": "\(type(of: error))"])
                throw error
            }
        }
    }

    private func serve(
        _ phases: DaemonPhases, _ lock: StoreLock, _ file: LogFile, _ logger: @escaping @Sendable (String) -> Logger,
        _ clock: SystemWallClock, _ parts: @Sendable (DaemonBase) async throws -> DaemonParts
    ) async throws -> DaemonLife.End {
        let (log, stop, socket) = (logger("daemon"), DaemonStop(), configuration.socket)
        let signals = StopSignals(stop, hardEnd: { HardEnd.arm(after: $0) }, reopen: { file.reopen() })
        defer { signals.end() }
        let (store, blobs) = try await phases.start(
            .database, { try await Instance.openStore(lock, ids: RandomIDs(), clock: clock) },
            undo: { try await $0.store.close() })
        _ = try await phases.start(
            .controlSocket, { try ControlSocket.clear(socket) }, undo: { _ in ControlSocket.remove(socket) })
        let engine = try await phases.start(
            .engine, { try await reachEngine(log) }, undo: { await $0.shutdown() })
        let idle = IdleTimer(
            limit: configuration.idleExit, firstWait: isByNeed ? Self.firstWait : .zero, clock: ContinuousClock()
        ) {
            ControlSocket.remove(socket)
            stop.ask(.idle)
        }
        let built = try await parts(
            DaemonBase(
                configuration: configuration, instance: instance, store: store, blobs: blobs, engine: engine,
                activity: idle, stop: stop,
                startedAt: clock.now(),
                listening: { [readiness] in
                    log.notice("ready", metadata: ["socket": "\(socket)"])
                    readiness.ready()
                }, logger: logger))
        return try await DaemonLife(
            services: built.services + [idle], drainables: built.drainables, stop: stop, mode: configuration.drain,
            drainLimit: configuration.drainLimit, clock: ContinuousClock(), logger: log,
            withdraw: {
                HardEnd.arm(after: Self.endLimit)
                ControlSocket.remove(socket)
            },
            leaving: { [readiness] in readiness.stopping() }
        ).run()
    }

    /// Takes the data folder.
    ///
    /// One that is started by need waits for a daemon that is leaving, not for one that is there: that one listens.
    private func acquireLock() async throws -> StoreLock {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: isByNeed ? DaemonLauncher.lockPatience : .zero)
        while true {
            do {
                return try await StoreLock.acquire(instance.home, waiting: .zero, clock: clock)
            } catch let error as StoreError {
                guard case .locked = error, clock.now < deadline, !ControlSocket.answers(configuration.socket) else {
                    throw error
                }
            }
            try await clock.sleep(for: Self.lockStep)
        }
    }

    private var logPlace: LogFile.Place? {
        let path: String
        switch configuration.logFile {
        case .standardError: return nil
        case .automatic:
            guard isatty(STDERR_FILENO) == 0 else { return nil }
            path = "\(instance.home)/daemon.log"
        case .file(let named): path = named
        }
        return LogFile.Place(path: path, size: configuration.logSize, count: configuration.logCount)
    }

    /// An engine that does not answer is no reason to end: it may come back.
    private func reachEngine(_ log: Logger) async throws -> EngineClient {
        let client = try EngineClient(address: instance.engine)
        do {
            try await client.negotiate()
        } catch {
            log.warning(
                "the engine cannot be used; jobs wait for it", metadata: ["error.code": "\(error.code.rawValue)"])
        }
        return client
    }
}
