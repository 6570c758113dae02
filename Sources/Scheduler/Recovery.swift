package import Logging
import Model
package import Ports

/// Brings order into what an earlier process on the same data folder left behind.
///
/// It runs before anything new is started, by whoever holds the folder's lock, so that nothing of what it finds can
/// still be in anybody's hands.
package struct Recovery: Sendable {
    /// What was done.
    package struct Summary: Sendable, Hashable {
        package var settledJobs = 0
        package var removedContainers = 0
        /// Containers under our labels that no row of ours explains: left alone.
        package var foreignContainers = 0
    }

    private let store: any JobStore
    private let spools: any Spools
    private let engine: any SandboxEngine
    private let wallClock: any WallClock
    private let logger: Logger

    package init(
        store: any JobStore, spools: any Spools, engine: any SandboxEngine, wallClock: any WallClock, logger: Logger
    ) {
        (self.store, self.spools, self.engine, self.wallClock, self.logger) = (store, spools, engine, wallClock, logger)
    }

    /// Removes the containers and spools of jobs that nobody runs any more, then settles the jobs.
    package func run() async throws -> Summary {
        var summary = Summary()
        let live = try await store.liveAttempts()
        let mine = Dictionary(live.map { ($0.containerName, $0) }, uniquingKeysWith: { _, last in last })
        let sightings = try await engine.sightings()
        for sighting in sightings {
            // A name that is derived from a row of ours, or the half-made carrier of a cell: nothing else is touched.
            guard sighting.attempt == nil || mine[sighting.name]?.id == sighting.attempt else {
                summary.foreignContainers += 1
                logger.warning(
                    "a container with our labels belongs to no job of ours", metadata: ["name": "\(sighting.name)"])
                continue
            }
            try await engine.remove(sighting)
            summary.removedContainers += 1
        }
        // What takes room goes before anything is written: a full disk must not keep itself full.
        for attempt in live { try await spools.remove(attempt.id) }
        for job in try await store.openJobs() {
            try await settle(job, attempt: live.last { $0.id.job == job.id })
            summary.settledJobs += 1
        }
        for attempt in live { try await store.markRemoved(attempt.id, at: wallClock.now()) }
        do {
            try await engine.removeStale()
        } catch {
            // It is in nobody's way: the next recovery tries again.
            logger.warning(
                "what is no longer needed could not be removed", metadata: ["error.code": "\(error.code.rawValue)"])
        }
        return summary
    }

    private func settle(_ job: JobRecord, attempt: AttemptRecord?) async throws {
        let (reason, message) = ("process_lost", "The process that ran this job ended before the job did.")
        guard let attempt else {
            return try await store.end(job.id, as: .errored, reason: reason, message: message, at: wallClock.now())
        }
        try await store.finish(
            AttemptOutcome(
                attempt: attempt.id, jobState: .errored, attemptState: .lost, reason: reason, message: message,
                at: wallClock.now()))
    }
}
