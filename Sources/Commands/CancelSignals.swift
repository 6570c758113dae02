import Foundation
import Scheduler
import Synchronization

/// Makes Ctrl-C, a TERM and a HUP cancel the job instead of ending this process; a second one kills the job at once.
///
/// Once the job is over, one leaves the jobs of an earlier process that are still worked for.
struct CancelSignals {
    private let sources: [any DispatchSourceSignal]
    private let isOver: IsOver

    private final class IsOver: Sendable {
        let value = Mutex(false)
    }

    init(_ control: JobControl, _ earlier: EarlierJobs, _ follower: OutputFollower, output: Output) {
        let isOver = IsOver()
        self.isOver = isOver
        // What was ignored when we were started stays so: that is how nohup and a shell's & protect a command.
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
            signal(number, SIG_IGN)  // the default would end us before the source sees it
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if isOver.value.withLock({ $0 }) { return earlier.leave() }
                output.error(
                    control.isCancelled ? "caisson: killing the job" : "caisson: cancelling; once more to kill at once")
                if !control.isCancelled { Self.watch(follower) }
                control.cancel()
            }
            source.resume()
            return source
        }
    }

    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Once a job is being cancelled, a reader of our output that takes nothing for a second must not hold it up.
    private static func watch(_ follower: OutputFollower) {
        follower.dropStuckWrite()
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak follower] in
            if let follower { watch(follower) }
        }
    }

    func ownJobIsOver() { isOver.value.withLock { $0 = true } }

    func end() { for source in sources { source.cancel() } }
}
