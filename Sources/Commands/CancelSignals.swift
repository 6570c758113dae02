import Foundation
import Scheduler

/// Makes Ctrl-C and a TERM cancel the job instead of ending this process; a second one kills the job at once.
struct CancelSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ control: JobControl, _ follower: OutputFollower, output: Output) {
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)  // the default would end us before the source sees it
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                output.error(
                    control.isCancelled ? "caisson: killing the job" : "caisson: cancelling; once more to kill at once")
                if !control.isCancelled { Self.watch(follower) }
                control.cancel()
            }
            source.resume()
            return source
        }
    }

    /// Once a job is being cancelled, a reader of our output that takes nothing for a second must not hold it up.
    private static func watch(_ follower: OutputFollower) {
        follower.dropStuckWrite()
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak follower] in
            if let follower { watch(follower) }
        }
    }

    func end() { for source in sources { source.cancel() } }
}
