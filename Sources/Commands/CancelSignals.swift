import Foundation
import Scheduler

/// Makes Ctrl-C and a TERM cancel the job instead of ending this process; a second one kills the job at once.
struct CancelSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ control: JobControl, output: Output) {
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)  // the default would end us before the source sees it
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                output.error(
                    control.isCancelled ? "caisson: killing the job" : "caisson: cancelling; once more to kill at once")
                control.cancel()
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}
