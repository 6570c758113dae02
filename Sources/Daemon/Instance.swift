import BlobFiles
import DockerEngine
import Filters
package import Hardening
package import Logging
import Model
package import Ports
package import SQLiteStore
package import Scheduler

/// Layers around the parts of an instance; without any, the parts themselves.
package struct Layers {
    package var spools: (any Spools) -> any Spools = { $0 }
    package var store: (any Stored) -> any Stored = { $0 }
    package var engine: (any SandboxEngine) -> any SandboxEngine = { $0 }

    package typealias Stored = JobStore & JobReader & BlobReader

    package init() {}
}

/// All parts of a running Caisson, put together top-down; holds the data folder for as long as it lives.
package struct Instance: Sendable {
    package let supervisor: JobSupervisor
    package let recovery: Recovery
    package let images: ImageRegister
    package let store: SQLiteJobStore
    package let spools: any Spools
    private let client: EngineClient

    /// Takes the data folder and reaches the engine.
    ///
    /// - Parameters:
    ///   - layers: puts layers around parts, to see what is asked of them.
    ///   - whenWaiting: called once if another process has the folder, with its process id if that is known.
    package static func open(
        _ configuration: InstanceConfiguration, logger: Logger, layers: Layers = Layers(),
        whenWaiting: (_ pid: Int?) -> Void
    ) async throws -> Instance {
        // What can fail without having touched anything comes first.
        let cell = try CellImage(cellPath: configuration.cellPath)
        let client = try EngineClient(address: configuration.engine)
        do {
            try await client.negotiate()
            let clock = ContinuousClock()
            let lock = try await StoreLock.acquire(
                configuration.home, waiting: InstanceConfiguration.lockPatience, clock: clock, whenWaiting: whenWaiting)
            let (ids, wallClock) = (RandomIDs(), SystemWallClock())
            let blobs = BlobFolder(in: configuration.home, ids: ids)
            try await blobs.removeLeftovers()
            let spools = layers.spools(SpoolFolder(in: configuration.home))
            let store = try await SQLiteJobStore.open(lock, blobs: blobs, ids: ids, clock: wallClock)
            if lock.isAfterDisorder {
                try await blobs.removeUnknown { digests throws(StoreError) in
                    try await store.unknownBlobs(among: digests)
                }
            }
            let sandboxes = try DockerSandboxes(
                client: client, store: store, images: store, installation: store.installation, cell: cell, ids: ids,
                wallClock: wallClock,
                clock: clock)
            let (jobs, engine) = (layers.store(store), layers.engine(sandboxes))
            return Instance(
                supervisor: JobSupervisor(
                    store: jobs, spools: spools, blobs: blobs, engine: engine, installation: store.installation,
                    ids: ids,
                    wallClock: wallClock, clock: clock, logger: logger, callName: ReachableCalls.name(of:)),
                recovery: Recovery(store: jobs, spools: spools, engine: engine, wallClock: wallClock, logger: logger),
                images: ImageRegister(
                    engine: DockerImages(client: client), store: store, installation: store.installation,
                    clock: wallClock),
                store: store, spools: spools, client: client)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// What runs the probes of a profile; the program for that lies at `programPath`.
    ///
    /// - Throws: ``EngineError``, also if there is no such program, or the engine does not take its image.
    package func prober(programPath path: String) async throws -> ProbeRunner {
        try await ProbeRunner(self, image: try ProbeImage(programPath: path), client: client)
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
