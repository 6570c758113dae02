import Model
import Synchronization

/// What a watch was told, in order.
final class Told: Sendable {
    private let state = Mutex<[Set<JobID>]>([])
    var all: [Set<JobID>] { state.withLock(\.self) }
    func add(_ roots: Set<JobID>) { state.withLock { $0.append(roots) } }
}
