import Planner
import Synchronization

/// What queues have that nobody has set, as it is now.
final class StandingQueueDefaults: Sendable {
    private let value = Mutex(QueueDefaults())

    var now: QueueDefaults {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
