import Dispatch
import Glibc

/// Makes TERM and INT ask for the daemon's end, and HUP reopen its log.
package struct StopSignals {
    private let sources: [any DispatchSourceSignal]

    /// Time between a second signal and the end of the process, whatever then still hangs.
    package static let forceLimit = Duration.seconds(5)

    /// - Parameters:
    ///   - hardEnd: ends the process after some time; called at the second signal.
    ///   - reopen: called at each HUP.
    package init(
        _ stop: DaemonStop, hardEnd: @escaping @Sendable (Duration) -> Void, reopen: @escaping @Sendable () -> Void
    ) {
        func source(_ number: Int32, _ body: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
            signal(number, SIG_IGN)  // the default would end us before the source sees it
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
        let end: @Sendable () -> Void = {
            stop.ask(.signal)
            if stop.isForced { hardEnd(Self.forceLimit) }
        }
        sources = [source(SIGTERM, end), source(SIGINT, end), source(SIGHUP, reopen)]
    }

    package func end() { for source in sources { source.cancel() } }
}

/// Ends the process although something hangs.
package enum HardEnd {
    /// The status of a process that was ended in this way: our own fault.
    private static let status: Int32 = 9

    package static func arm(after limit: Duration) {
        let seconds = Int(limit.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { _exit(status) }
    }
}
