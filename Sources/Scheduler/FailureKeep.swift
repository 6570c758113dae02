import Model
import Ports

/// Which containers of failed attempts stay for a while, for people to look at.
///
/// A rule about rows and nothing else: after a restart it says the same. A container stays because its outcome is stored and it is not marked
/// as removed yet; once it is not to stay any more, the ``Reconciler`` removes it as it does with all that are over.
package struct FailureKeep: Sendable, Hashable {
    /// From the end of the attempt on; zero: none stays.
    package let life: Duration
    /// Containers at most; the oldest go first.
    package let most: Int

    package init(life: Duration, most: Int) { (self.life, self.most) = (life, most) }

    /// None stays.
    package static let none = FailureKeep(life: .zero, most: 0)

    /// Whether the container of an attempt that ended so is one to stay.
    func keeps(_ outcome: JobState) -> Bool {
        guard life > .zero, most > 0 else { return false }
        return switch outcome {
        case .failed, .timedOut, .oomKilled, .errored: true
        case .pending, .waiting, .ready, .leased, .running, .stopping, .finalizing, .retrying, .succeeded, .cancelled,
            .skipped, .denied:
            false
        }
    }

    /// Those of the attempts whose containers are to stay now.
    func kept(of rows: [AttemptRecord], at now: WallTime) -> Set<AttemptID> {
        let young = rows.filter { row in
            guard row.state == .collected, let outcome = row.outcome, let end = row.finishedAt else { return false }
            return keeps(outcome) && now < end.advanced(by: life)
        }
        let newestFirst = young.sorted {
            ($1.finishedAt ?? $1.createdAt, "\($1.id)") < ($0.finishedAt ?? $0.createdAt, "\($0.id)")
        }
        return Set(newestFirst.prefix(most).map(\.id))
    }
}
