package import Logging
import Model
package import Ports

/// Brings order into what an earlier process on the same data folder left behind.
///
/// It runs before anything new is started, by whoever holds the folder's lock, so that nothing of what it finds can
/// still be in anybody's hands. It goes on with nothing itself: that is the ``JobSupervisor``'s.
package struct Recovery: Sendable {
    /// What was done, and what there is to go on with.
    package struct Findings: Sendable, Hashable {
        package var removedContainers = 0
        /// Containers under our labels that no row of ours explains: left alone.
        package var foreignContainers = 0
        /// Jobs that wait for an attempt, and how many they had, oldest first.
        package var waiting: [Waiting] = []
        /// Jobs whose tool may be running, oldest first.
        package var working: [Working] = []
    }

    package struct Waiting: Sendable, Hashable {
        package let job: JobRecord
        package let attempts: Int
    }

    package struct Working: Sendable, Hashable {
        package let job: JobRecord
        package let attempt: AttemptRecord
    }

    private let store: any JobStore & JobReader
    private let spools: any Spools
    private let engine: any SandboxEngine
    private let wallClock: any WallClock
    private let logger: Logger

    package init(
        store: any JobStore & JobReader, spools: any Spools, engine: any SandboxEngine, wallClock: any WallClock,
        logger: Logger
    ) {
        (self.store, self.spools, self.engine, self.wallClock, self.logger) = (store, spools, engine, wallClock, logger)
    }

    /// Removes what is over, gives up what never started, and tells what there is to go on with.
    package func run() async throws -> Findings {
        var findings = Findings()
        let live = try await store.liveAttempts()
        let working = live.filter { $0.state == .working }
        let over = live.filter { $0.state != .working }
        findings.removedContainers = try await removeContainers(of: over, sparing: working, &findings)
        // What takes room goes before anything is written: a full disk must not keep itself full.
        for attempt in over { try await spools.remove(attempt.id) }
        for attempt in over {
            if attempt.state == .creating || attempt.state == .verified {
                try await store.requeue(attempt.id, reason: "process_lost", at: wallClock.now())
            }
            try await store.markRemoved(attempt.id, at: wallClock.now())
        }
        for job in try await store.openJobs() {
            if let attempt = working.first(where: { $0.id.job == job.id }) {
                findings.working.append(Working(job: job, attempt: attempt))
            } else if let waiting = try await waiting(job) {
                findings.waiting.append(waiting)
            }
        }
        do {
            try await engine.removeStale()
        } catch {
            // It is in nobody's way: the next recovery tries again.
            logger.warning(
                "what is no longer needed could not be removed", metadata: ["error.code": "\(error.code.rawValue)"])
        }
        return findings
    }

    private func removeContainers(
        of over: [AttemptRecord], sparing working: [AttemptRecord], _ findings: inout Findings
    ) async throws -> Int {
        let mine = Dictionary((over + working).map { ($0.containerName, $0) }, uniquingKeysWith: { _, last in last })
        var count = 0
        for sighting in try await engine.sightings() {
            let row = mine[sighting.name]
            // A name that is derived from a row of ours, or the half-made carrier of a cell: nothing else is touched.
            guard sighting.attempt == nil || row?.id == sighting.attempt else {
                findings.foreignContainers += 1
                logger.warning(
                    "a container with our labels belongs to no job of ours", metadata: ["name": "\(sighting.name)"])
                continue
            }
            guard row?.state != .working else { continue }
            try await engine.remove(sighting)
            count += 1
        }
        return count
    }

    /// A job without an open attempt, unless it can never run again: then it is ended here.
    private func waiting(_ job: JobRecord) async throws -> Waiting? {
        let attempts = try await store.attempts(of: job.id).count
        let verdict: Verdict? =
            if job.spec.stdin == .live {
                Verdict(
                    .errored, "stdin_lost",
                    "The process that passed its standard input on ended before the job had begun.")
            } else if job.spec.files.contains(where: { $0.digest.isEmpty }) {
                Verdict(.errored, "process_lost", "An earlier release accepted the job and did not keep its files.")
            } else if attempts >= JobSupervisor.attempts {
                Verdict(.errored, "attempts_exhausted", "None of \(attempts) attempts came to the start of its tool.")
            } else {
                nil
            }
        guard let verdict else { return Waiting(job: job, attempts: attempts) }
        try await store.end(
            job.id, as: verdict.state, reason: verdict.reason, message: verdict.message, at: wallClock.now())
        return nil
    }
}
