import NIOCore
import Synchronization

/// Closes a connection, or its inward half, unless it is cancelled in time.
///
/// Counted by the event loop: a write or a read that hangs ends with it.
final class ChannelCut: Sendable {
    private let isDone = Atomic(false)
    private let scheduled = Mutex<Scheduled<Void>?>(nil)

    init(_ channel: any Channel, after limit: Duration, mode: CloseMode) {
        let scheduled = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [self] in
            isDone.store(true, ordering: .sequentiallyConsistent)
            channel.close(mode: mode, promise: nil)
        }
        self.scheduled.withLock { $0 = scheduled }
    }

    /// Whether it came to that.
    var hasHappened: Bool { isDone.load(ordering: .sequentiallyConsistent) }

    func cancel() { scheduled.withLock { $0.take() }?.cancel() }
}
