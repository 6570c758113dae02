import BlobFiles
import ControlAPI
import ControlWire
import DockerEngine
import Glibc
import Logging
import Model
import Planner
import Ports
import Scheduler
import SQLiteStore
import ServiceLifecycle

/// What runs in a daemon: the dispatcher of jobs, and the control surface before it.
package enum DaemonServices {
    /// - Parameters:
    ///   - release: what this program calls itself.
    ///   - layers: puts layers around parts, to see what is asked of them.
    package static func parts(
        _ base: DaemonBase, release: String, layers: Layers = Layers()
    ) async throws -> DaemonParts {
        var settings = Instance.Settings()
        settings.keep = FailureKeep(life: base.configuration.keepFailed, most: base.configuration.keepFailedCount)
        settings.dispatch = Dispatcher.Configuration(
            capacity: HostCapacity.capacity(base.configuration), reapInterval: base.configuration.reapInterval)
        let instance = try Instance(
            base.store, base.blobs, base.engine, try CellImage(cellPath: base.instance.cellPath),
            home: base.instance.home, settings: settings, layers: layers, activity: base.activity,
            logger: base.logger("scheduler"))
        await setQueueDefaults(base)
        let server = ControlServer(
            path: base.configuration.socket, routes: routes(instance, base, release: release), ids: RandomIDs(),
            activity: base.activity, logger: base.logger("control"), whenListening: base.listening)
        return DaemonParts(
            services: [
                DispatcherService(dispatcher: instance.dispatcher),
                HousekeepingService(housekeeper: housekeeper(base, layers)), server,
            ], drainables: [instance.dispatcher])
    }

    private static func housekeeper(_ base: DaemonBase, _ layers: Layers) -> Housekeeper {
        let (retention, interval) = (base.configuration.retention, base.configuration.housekeepingInterval)
        return Housekeeper(
            store: layers.retention(base.store), blobs: base.blobs, spools: SpoolFolder(in: base.instance.home),
            configuration: .init(
                policy: retention.policy, historyCount: retention.historyCount, interval: interval),
            clock: ContinuousClock(), wallClock: SystemWallClock(), logger: base.logger("housekeeping"))
    }

    /// A daemon can live with queues as they are.
    private static func setQueueDefaults(_ base: DaemonBase) async {
        do throws(StoreError) {
            try await base.store.setQueueDefaults(base.configuration.queueDefaults.values)
        } catch {
            base.logger("daemon").warning(
                "queues that nobody has set stay as they are", metadata: ["error.code": "\(error.code.rawValue)"])
        }
    }

    private static func routes(_ instance: Instance, _ base: DaemonBase, release: String) -> [any RouteGroup] {
        let (store, clock) = (instance.store, ContinuousClock())
        let version = VersionView(
            version: release, installation: "\(base.store.installation)", pid: Int(getpid()),
            startedAt: base.startedAt.rfc3339, engine: "\(base.instance.engine)")
        let status = DaemonStatus(
            version: version, look: StatusLook(home: base.instance.home, reader: store), health: DaemonHealth(base),
            dispatcher: instance.dispatcher)
        return [
            AboutRoutes(version: version, checks: status.checks), StatusRoutes { try await status.status() },
            BlobRoutes(store: instance.blobs, intake: StoreIntake(store: instance.jobs), reader: store),
            JobRoutes(reader: store, watch: store, clock: clock, wallClock: SystemWallClock()),
            GraphRoutes(reader: store, watch: store),
            OutputRoutes(reader: store, jobs: store, spools: instance.spools),
            InputRoutes(reader: store, watch: store, inputs: instance.liveInputs), ActRoutes(desk: instance.desk),
            ImageRoutes(
                desk: InstanceImages(instance.images, folder: base.instance.home), limit: ArchiveFile.longest),
            StoreRoutes(
                desk: InstanceStoreDesk(
                    SQLiteJobReader(folder: base.instance.home, blobs: instance.blobs), folder: base.instance.home)),
            StopRoutes { mode in
                base.stop.ask(.client, mode: mode)
                let drain = base.stop.request?.mode ?? base.configuration.drain
                return StopView(pid: Int(getpid()), drain: drain.rawValue)
            },
            EngineRoutes(
                desk: InstanceEngine(
                    look: EngineLook(
                        base.engine, address: "\(base.instance.engine)", installation: store.installation,
                        reader: store), dispatcher: instance.dispatcher)),
        ]
    }
}

/// Uploads become staged blobs of the store.
private struct StoreIntake: BlobIntake {
    let store: any JobStore

    func keep(_ blob: Blob) async throws(StoreError) { try await store.keep(blob, at: SystemWallClock().now()) }
}

/// Housekeeping among the services: it ends in the middle of a round, which the next daemon goes on with.
private struct HousekeepingService: Service {
    let housekeeper: Housekeeper

    func run() async throws {
        await cancelWhenGracefulShutdown { await housekeeper.run() }
    }
}

/// The dispatcher among the services: it ends by its drain, which comes before all of them are shut down.
private struct DispatcherService: Service {
    let dispatcher: Dispatcher

    func run() async throws {
        await dispatcher.run()
        // A service that returns is taken for one that has failed.
        try? await gracefulShutdown()  // ignored: it is told of the end either way
    }
}
