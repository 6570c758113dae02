import BlobFiles
import DockerEngine
import Filters
import Hardening
package import Logging
import Model
package import Ports
package import SQLiteStore
package import Scheduler

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
    ///   - watching: puts a layer around the spools, to see what is written to them.
    ///   - whenWaiting: called once if another process has the folder, with its process id if that is known.
    package static func open(
        _ configuration: InstanceConfiguration, logger: Logger, watching: (any Spools) -> any Spools = { $0 },
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
            let spools = watching(SpoolFolder(in: configuration.home))
            let store = try await SQLiteJobStore.open(lock, blobs: blobs, ids: ids, clock: wallClock)
            let engine = try DockerSandboxes(
                client: client, store: store, images: store, installation: store.installation, cell: cell, ids: ids,
                wallClock: wallClock,
                clock: clock)
            return Instance(
                supervisor: JobSupervisor(
                    store: store, spools: spools, blobs: blobs, engine: engine, installation: store.installation,
                    ids: ids,
                    wallClock: wallClock, clock: clock, logger: logger),
                recovery: Recovery(store: store, spools: spools, engine: engine, wallClock: wallClock, logger: logger),
                images: ImageRegister(
                    engine: DockerImages(client: client), store: store, installation: store.installation,
                    clock: wallClock),
                store: store, spools: spools, client: client)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Lets go of engine and data folder, in this order.
    package func close() async throws {
        await client.shutdown()
        try await store.close()
    }

    /// The stored jobs alone, for reading: needs neither an engine nor the lock, and changes nothing.
    package static func reader(_ configuration: InstanceConfiguration) -> SQLiteJobReader {
        SQLiteJobReader(folder: configuration.home, blobs: BlobFolder(in: configuration.home, ids: RandomIDs()))
    }

    /// The images of the engine and the names that were given to them, for reading: needs no lock, and changes nothing.
    package static func readImages<Value>(
        _ configuration: InstanceConfiguration, _ body: (ImageCatalogue) async throws -> Value
    ) async throws -> Value {
        let client = try EngineClient(address: configuration.engine)
        let result: Result<Value, any Error>
        do {
            let catalogue = ImageCatalogue(engine: DockerImages(client: client), names: reader(configuration))
            result = .success(try await body(catalogue))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    /// A built-in profile with its digest and its inner filter for this machine.
    package static func profile(named name: String) throws -> PreparedProfile {
        let profile = try Profile.named(name)
        return PreparedProfile(
            profile: profile, digest: ContentDigest.of(profile.content),
            filter: try FilterCompiler.compile(profile.inner))
    }
}
