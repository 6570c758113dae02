package import BlobFiles
import DockerEngine
import Filters
package import Hardening
package import Logging
import Model
import Planner
package import Ports
package import SQLiteStore
package import Scheduler

/// Layers around the parts of an instance; without any, the parts themselves.
package struct Layers: Sendable {
    package var spools: @Sendable (any Spools) -> any Spools = { $0 }
    package var store: @Sendable (any Stored) -> any Stored = { $0 }
    package var images: @Sendable (any ImageStore) -> any ImageStore = { $0 }
    package var engine: @Sendable (any SandboxEngine) -> any SandboxEngine = { $0 }
    package var retention: @Sendable (any RetentionStore) -> any RetentionStore = { $0 }

    package typealias Stored = JobStore & JobReader & BlobReader

    package init() {}
}

/// All parts of a running Caisson, put together top-down; holds the data folder for as long as it lives.
package struct Instance: Sendable {
    package let intake: Intake
    package let dispatcher: Dispatcher
    package let images: ImageRegister
    package let store: SQLiteJobStore
    /// What is written goes through here: ``store`` with its layer.
    let jobs: any Layers.Stored
    package let blobs: BlobFolder
    package let spools: WatchedSpools
    package let desk: Desk
    package let liveInputs: LiveInputRegister
    private let client: EngineClient

    /// What is set from outside, beside where things are.
    package struct Settings: Sendable {
        /// How long to wait for another process that has the data folder.
        package var lockPatience = InstanceConfiguration.lockPatience
        package var dispatch = Dispatcher.Configuration(capacity: HostCapacity.standard)
        /// The containers of failed jobs that stay for a while.
        package var keep = FailureKeep.none
        package init() {}
    }

    /// Takes the data folder; the engine is asked for nothing yet, and may be down.
    ///
    /// - Parameters:
    ///   - layers: puts layers around parts, to see what is asked of them.
    ///   - whenWaiting: called once if another process has the folder, with its process id if that is known.
    package static func open(
        _ configuration: InstanceConfiguration, settings: Settings = Settings(), logger: Logger,
        layers: Layers = Layers(), whenWaiting: (_ pid: Int?) -> Void = { _ in }
    ) async throws -> Instance {
        // What can fail without having touched anything comes first.
        let cell = try CellImage(cellPath: configuration.cellPath)
        let client = try EngineClient(address: configuration.engine)
        do {
            let clock = ContinuousClock()
            let lock = try await StoreLock.acquire(
                configuration.home, waiting: settings.lockPatience, clock: clock, whenWaiting: whenWaiting)
            let (store, blobs) = try await openStore(lock, ids: RandomIDs(), clock: SystemWallClock())
            return try Instance(
                store, blobs, client, cell, home: configuration.home, settings: settings, layers: layers, logger: logger
            )
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// - Parameters:
    ///   - client: of the engine, which may not have been reached yet.
    ///   - activity: told whether there are jobs that need a process.
    init(
        _ store: SQLiteJobStore, _ blobs: BlobFolder, _ client: EngineClient, _ cell: CellImage, home: String,
        settings: Settings, layers: Layers = Layers(), activity: (any Activity)? = nil, logger: Logger
    ) throws(HardeningError) {
        let (ids, wallClock, clock) = (RandomIDs(), SystemWallClock(), ContinuousClock())
        let (jobs, names) = (layers.store(store), layers.images(store))
        let sandboxes = try DockerSandboxes(
            client: client, store: jobs, images: names, installation: store.installation, cell: cell, ids: ids,
            wallClock: wallClock, clock: clock)
        let engine = layers.engine(sandboxes)
        let spools = WatchedSpools(layers.spools(SpoolFolder(in: home)))
        let profiles = ProfileCache()
        let profile: ProfileSource = { name, folder in try profiles.profile(named: name, in: folder) }
        (self.client, self.store, self.jobs, self.blobs, self.spools) = (client, store, jobs, blobs, spools)
        liveInputs = LiveInputRegister()
        let dispatcher = Dispatcher(
            store: jobs, blobs: blobs,
            supervisor: JobSupervisor(
                store: jobs, spools: spools, blobs: blobs, engine: engine, installation: store.installation, ids: ids,
                wallClock: wallClock, clock: clock, logger: logger, callName: ReachableCalls.name(of:),
                keep: settings.keep),
            reconciler: Reconciler(
                installation: store.installation, store: jobs, spools: spools, engine: engine, wallClock: wallClock,
                logger: logger, keep: settings.keep),
            profile: profile, liveInputs: liveInputs, configuration: settings.dispatch, ids: ids, clock: clock,
            wallClock: wallClock, logger: logger, activity: activity)
        self.dispatcher = dispatcher
        intake = Intake(
            store: jobs, blobs: blobs, engine: engine, profile: profile, capacity: settings.dispatch.capacity, ids: ids,
            wallClock: wallClock, wake: dispatcher.wake)
        desk = Desk(store: jobs, intake: intake, dispatcher: dispatcher, ids: ids, wallClock: wallClock)
        images = ImageRegister(
            engine: DockerImages(client: client), store: names, installation: store.installation, clock: wallClock)
    }

    /// Opens the database of a data folder, and takes away the blobs that no row names if a process was killed there.
    static func openStore(_ lock: StoreLock, ids: any IDSource, clock: any WallClock) async throws(StoreError)
        -> (store: SQLiteJobStore, blobs: BlobFolder)
    {
        let blobs = BlobFolder(in: lock.folder, ids: ids)
        try await blobs.removeLeftovers()
        let store = try await SQLiteJobStore.open(
            lock, blobs: blobs, ids: ids, clock: clock, conditions: .expressions)
        if lock.isAfterDisorder {
            try await blobs.removeUnknown { digests throws(StoreError) in
                try await store.unknownBlobs(among: digests)
            }
        }
        return (store, blobs)
    }

    /// What runs the probes of a profile; the program for that lies at `programPath`.
    ///
    /// - Throws: ``EngineError``, also if there is no such program, or the engine does not take its image.
    ///
    /// - Parameter profilesFolder: where the profiles are read from that are tried; `nil`: the built-in ones.
    package func prober(programPath path: String, profilesFolder: String? = nil) async throws -> ProbeRunner {
        try await ProbeRunner(
            self, image: try ProbeImage(programPath: path), profilesFolder: profilesFolder, client: client)
    }

    /// Removes what this installation has in the engine but for images, when it is given up; its jobs are in nobody's hands any more.
    func leaveEngine() async throws {
        let cleaner = EngineCleaner(client: client, installation: store.installation)
        _ = try await cleaner.clean(takesImages: false) { try await store.knows($0) }
    }

    /// Lets go of engine and data folder, in this order.
    package func close() async throws {
        await client.shutdown()
        try await store.close()
    }

    /// The stored jobs alone, for reading: needs neither an engine nor the lock, and changes nothing.
    ///
    /// - Throws: ``StoreError`` if the data folder was named and does not exist, or is none.
    package static func reader(_ configuration: InstanceConfiguration) throws(StoreError) -> SQLiteJobReader {
        try DataFolder.checkReadable(configuration.home, mustExist: configuration.isHomeNamed)
        return makeReader(configuration)
    }

    private static func makeReader(_ configuration: InstanceConfiguration) -> SQLiteJobReader {
        SQLiteJobReader(folder: configuration.home, blobs: BlobFolder(in: configuration.home, ids: RandomIDs()))
    }

    /// The images of the engine and the names that were given to them, for reading: needs no lock, and changes nothing.
    package static func readImages<Value>(
        _ configuration: InstanceConfiguration, _ body: (ImageCatalogue) async throws -> Value
    ) async throws -> Value {
        // The engine's images are there for whoever asks, also before the first run has made a data folder.
        try DataFolder.checkReadable(configuration.home, mustExist: false)
        let client = try EngineClient(address: configuration.engine)
        let result: Result<Value, any Error>
        do {
            let catalogue = ImageCatalogue(engine: DockerImages(client: client), names: makeReader(configuration))
            result = .success(try await body(catalogue))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    /// A profile of `set` with its digest and its inner filter for this machine.
    ///
    /// - Throws: ``HardeningError``.
    package static func profile(named name: String, of set: ProfileSet = .builtIn) throws -> PreparedProfile {
        let profile = try set.profile(named: name)
        return PreparedProfile(
            profile: profile, digest: ProfileReport.digest(of: name, in: set),
            filter: try FilterCompiler.compile(profile.inner))
    }
}
