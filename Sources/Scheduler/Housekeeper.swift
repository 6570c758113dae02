package import Logging
import Model
package import Ports

/// Takes away what is no longer to be kept: rows first, then the files that no row names any more.
///
/// A process that is killed between the two leaves files alone, and the next round finds them. Nothing here is in a hurry, but all of it has to
/// work on a full disk: that is when it is needed.
package struct Housekeeper: Sendable {
    /// What is set from outside.
    package struct Configuration: Sendable, Hashable {
        package var policy: RetentionPolicy
        /// Roots that are kept at most, of those that have ended; `nil`: any number.
        package var historyCount: Int?
        /// From one round to the next, at least ``shortestInterval``.
        package var interval: Duration

        package init(
            policy: RetentionPolicy = RetentionPolicy(), historyCount: Int? = nil, interval: Duration = .seconds(3600)
        ) {
            (self.policy, self.historyCount) = (policy, historyCount)
            self.interval = max(interval, Housekeeper.shortestInterval)
        }
    }

    /// What one round has taken away.
    package struct Summary: Sendable, Hashable {
        package var roots = 0
        package var jobs = 0
        package var blobs = 0
        package var files = 0
        package var spools = 0
        package init() {}
    }

    /// Between two rounds, also if the first has failed.
    package static let shortestInterval = Duration.seconds(60)
    /// How long a blob's file is left alone that no row names: the row of one that was just made is about to be written.
    package static let blobAge = Duration.seconds(3600)
    /// Jobs that one step deletes: some ten milliseconds, in which nobody else can write.
    package static let step = 2000
    /// The same when the disk is full, and what is held back for that has to suffice for the log.
    static let smallestStep = 20
    private static let division = 10

    private let store: any RetentionStore
    private let blobs: any BlobLeftovers
    private let spools: any SpoolLeftovers
    private let configuration: Configuration
    private let clock: any Clock<Duration>
    private let wallClock: any WallClock
    private let logger: Logger

    package init(
        store: any RetentionStore, blobs: any BlobLeftovers, spools: any SpoolLeftovers, configuration: Configuration,
        clock: any Clock<Duration>, wallClock: any WallClock, logger: Logger
    ) {
        (self.store, self.blobs, self.spools, self.configuration) = (store, blobs, spools, configuration)
        (self.clock, self.wallClock, self.logger) = (clock, wallClock, logger)
    }

    /// Makes one round after another until this task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            var wait = configuration.interval
            do throws(StoreError) {
                tell(try await round())
            } catch {
                logger.error("what is over could not be taken away", metadata: ["error.code": "\(error.code.rawValue)"])
                wait = Self.shortestInterval
            }
            do { try await clock.sleep(for: wait) } catch { return }  // the daemon ends
        }
    }

    /// One round: everything whose time has come goes, as far as this task is not cancelled.
    ///
    /// - Throws: what kept rows from being deleted. A file that cannot be removed holds nothing up.
    package func round() async throws(StoreError) -> Summary {
        var summary = Summary()
        var policy = configuration.policy
        if let count = configuration.historyCount { policy.historyEnd = try await store.historyEnd(keeping: count) }
        do throws(StoreError) {
            try await retire(policy, &summary)
        } catch {
            guard case .noSpace = error else { throw error }
            // Files can be removed without writing anything; then there may be room to write.
            await removeLeftovers(&summary)
            await checkpoint()
            try await retire(policy, &summary)
        }
        if summary.jobs > 0 { await checkpoint() }
        await removeLeftovers(&summary)
        return summary
    }

    /// In steps that become smaller when there is no room for what they write to the log.
    private func retire(_ policy: RetentionPolicy, _ summary: inout Summary) async throws(StoreError) {
        var step = Self.step
        while !Task.isCancelled {
            let report: RetentionReport
            do throws(StoreError) {
                report = try await store.retire(policy, atMost: step, at: wallClock.now())
            } catch {
                guard case .noSpace = error, step > Self.smallestStep else { throw error }
                step = max(step / Self.division, Self.smallestStep)
                await checkpoint()
                continue
            }
            summary.roots += report.roots
            summary.jobs += report.rows
            summary.blobs += report.blobs
            if !report.files.isEmpty { await remove(report.files.map(\.digest), &summary) }
            // What was just made free is not for the log.
            if step < Self.step { await checkpoint() }
            guard report.isMore, report.rows + report.blobs > 0 else { return }
        }
    }

    private func removeLeftovers(_ summary: inout Summary) async {
        await remove(nil, &summary)
        do throws(StoreError) {
            summary.spools += try await spools.removeAbandoned { () throws(StoreError) in
                try await store.attemptsWithSandboxes()
            }
        } catch {
            note(error)
        }
    }

    private func remove(_ digests: [String]?, _ summary: inout Summary) async {
        do throws(StoreError) {
            let now = wallClock.now()
            summary.files += try await blobs.removeUnknown(among: digests, unusedFor: Self.blobAge, at: now) {
                digests throws(StoreError) in try await store.unknownBlobs(among: digests)
            }
        } catch {
            note(error)
        }
    }

    /// It may fail for want of room, and is no condition of anything.
    private func checkpoint() async {
        do throws(StoreError) {
            try await store.checkpoint()
        } catch {
            logger.debug("the log was not written back", metadata: ["error.code": "\(error.code.rawValue)"])
        }
    }

    private func note(_ error: StoreError) {
        logger.warning(
            "files that nobody needs were left; the next round tries again",
            metadata: ["error.code": "\(error.code.rawValue)"])
    }

    private func tell(_ summary: Summary) {
        guard summary != Summary() else { return }
        logger.info(
            "what is over was taken away",
            metadata: [
                "roots": "\(summary.roots)", "jobs": "\(summary.jobs)", "blobs": "\(summary.blobs)",
                "files": "\(summary.files)", "spools": "\(summary.spools)",
            ])
    }
}
