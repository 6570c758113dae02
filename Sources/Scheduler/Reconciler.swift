package import Logging
package import Model
package import Ports

/// Compares what the engine has with what the rows say, and brings order into what nobody has in hand.
///
/// The first round of a process is its recovery from the one before; later ones find what was removed, killed or left over behind our
/// back. It goes on with nothing itself: that is the ``Dispatcher``'s.
package struct Reconciler: Sendable {
    /// What one round has done, and what there is to go on with.
    package struct Findings: Sendable, Hashable {
        package var removedContainers = 0
        /// Containers under our labels that no row of ours explains: left alone.
        package var foreignContainers = 0
        /// Attempts whose containers stay for a while, and were seen not to run.
        package var stopped: Set<AttemptID> = []
        /// Carriers of a cell: removed if the next round sees them, too.
        package var carriers: Set<String> = []
        /// Attempts whose tool may be running and that nobody works for, oldest first.
        package var working: [AttemptRecord] = []

        package init() {}
    }

    private let installation: InstallationID
    private let store: any JobStore & JobReader
    private let spools: any Spools
    private let engine: any SandboxEngine
    private let wallClock: any WallClock
    private let logger: Logger
    private let keep: FailureKeep

    package init(
        installation: InstallationID, store: any JobStore & JobReader, spools: any Spools, engine: any SandboxEngine,
        wallClock: any WallClock, logger: Logger, keep: FailureKeep = .none
    ) {
        self.keep = keep
        (self.installation, self.store, self.spools, self.engine) = (installation, store, spools, engine)
        (self.wallClock, self.logger) = (wallClock, logger)
    }

    /// One round: removes what is over, gives up what never started, and tells what there is to go on with.
    ///
    /// Containers are listed before rows are: the intent of a container is committed before there is one, so that one that is seen
    /// has its row.
    ///
    /// - Parameters:
    ///   - before: ``Findings/carriers`` of the round before this one; `nil` in a process's first, when nobody has anything in hand.
    ///   - inHands: the jobs that somebody works for now.
    package func round(
        after before: Set<String>? = nil, inHands: @Sendable () async -> Set<JobID> = { [] }
    ) async throws -> Findings {
        var findings = Findings()
        let (busyBefore, begin) = (await inHands(), wallClock.now())
        let sightings = try await engine.sightings()
        let rows = try await store.liveAttempts()
        let busy = busyBefore.union(await inHands())
        let mine = Dictionary(rows.map { ($0.containerName, $0) }, uniquingKeysWith: { _, last in last })
        let staying: Set<AttemptID>
        (findings.stopped, staying) = self.staying(of: rows, sightings, since: begin)
        for sighting in sightings {
            guard sighting.attempt.map({ !busy.contains($0.job) }) ?? true,
                mine[sighting.name].map({ !staying.contains($0.id) }) ?? true,
                try await isOver(sighting, mine[sighting.name], before, &findings)
            else { continue }
            try await engine.remove(sighting)
            findings.removedContainers += 1
        }
        let free = rows.filter { !busy.contains($0.id.job) }
        let over = free.filter { $0.state != .working && !staying.contains($0.id) }
        // What takes room goes before anything is written: a full disk must not keep itself full.
        for attempt in over { try await spools.remove(attempt.id) }
        for attempt in over { try await close(attempt) }
        findings.working = free.filter { $0.state == .working }
        do {
            try await engine.removeStale()
        } catch {
            // It is in nobody's way: the next round tries again.
            logger.warning(
                "what is no longer needed could not be removed", metadata: ["error.code": "\(error.code.rawValue)"])
        }
        return findings
    }

    /// The attempts whose containers stay for a while: those that are to, that are there, and in which nothing runs.
    ///
    /// - Parameter begin: before the containers were listed: one that came to its end later may have been missed.
    /// - Returns: those that were seen, and with them those that may have been missed.
    private func staying(
        of rows: [AttemptRecord], _ sightings: [SandboxSighting], since begin: WallTime
    ) -> (seen: Set<AttemptID>, all: Set<AttemptID>) {
        let wanted = keep.kept(of: rows, at: wallClock.now())
        guard !wanted.isEmpty else { return ([], []) }
        let sightings = Dictionary(sightings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var (seen, missed): (Set<AttemptID>, Set<AttemptID>) = ([], [])
        for row in rows where wanted.contains(row.id) {
            if let sighting = sightings[row.containerName] {
                if sighting.attempt == row.id, !sighting.isRunning { seen.insert(row.id) }
            } else if let end = row.finishedAt, end >= begin {
                missed.insert(row.id)
            }
        }
        return (seen, seen.union(missed))
    }

    /// Whether a container that nobody works for is to go: it has a row of ours that says so.
    private func isOver(
        _ sighting: SandboxSighting, _ row: AttemptRecord?, _ before: Set<String>?, _ findings: inout Findings
    ) async throws(StoreError) -> Bool {
        guard let attempt = sighting.attempt else {
            // The carrier of a cell: half-made by a process that is gone, or being made at this moment by this one.
            if before?.contains(sighting.containerID) ?? true { return true }
            findings.carriers.insert(sighting.containerID)
            return false
        }
        if let row, row.id == attempt { return row.state != .working }
        // Its row may be one of those that are done with: then it came back, or was never gone.
        if sighting.name == SandboxName.container(installation, attempt),
            try await store.attempts(of: attempt.job).contains(where: { $0.id == attempt })
        {
            return true
        }
        findings.foreignContainers += 1
        logger.warning("a container with our labels belongs to no job of ours", metadata: ["name": "\(sighting.name)"])
        return false
    }

    /// Closes the rows of an attempt that has no container any more, and whose tool was never started or whose outcome is stored.
    private func close(_ attempt: AttemptRecord) async throws(StoreError) {
        do throws(StoreError) {
            if attempt.state == .creating || attempt.state == .verified {
                try await store.requeue(attempt.id, reason: "process_lost", until: nil, at: wallClock.now())
                let job = try await store.summary("\(attempt.id.job)")
                if job.cancelRequest != nil {
                    try await store.end(
                        job.id, as: .cancelled, reason: "cancelled",
                        message: "The job was cancelled before its tool started.",
                        at: wallClock.now())
                }
            }
            try await store.markRemoved(attempt.id, at: wallClock.now())
        } catch {
            // In a conflict, somebody had it in hand after all, between the two questions, and has brought it further.
            guard case .conflict = error else { throw error }
        }
    }
}
