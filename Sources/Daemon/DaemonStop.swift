package import Ports
import Synchronization
import Waiting

/// The wish that the daemon ends: who asks for it, and whether somebody has no more patience.
package final class DaemonStop: Sendable {
    package enum Reason: String, Sendable {
        case signal, idle, client
    }

    package struct Request: Sendable, Hashable {
        package let reason: Reason
        /// `nil`: as configured.
        package let mode: DrainMode?
    }

    private struct State {
        var request: Request?
        var signals = 0
    }

    private let state = Mutex(State())
    private let asked = Signal()
    private let forced = Signal()

    package init() {}

    /// Asks for the end; the first one counts, and of signals the second one forces.
    package func ask(_ reason: Reason, mode: DrainMode? = nil) {
        let (isFirst, isForce) = state.withLock { state in
            let isFirst = state.request == nil
            if isFirst { state.request = Request(reason: reason, mode: mode) }
            if reason == .signal { state.signals += 1 }
            return (isFirst, reason == .signal && state.signals == 2)
        }
        if isFirst { asked.send() }
        if isForce { forced.send() }
    }

    /// Whether a second signal has come.
    package var isForced: Bool { state.withLock { $0.signals >= 2 } }
    package var request: Request? { state.withLock(\.request) }

    /// Waits until somebody asks; for one task.
    func waitForRequest() async throws(CancellationError) -> Request {
        while true {
            if let request { return request }
            try await asked.wait()
        }
    }

    /// Waits for the second signal; for one task at a time.
    func waitForForce() async throws(CancellationError) {
        while !isForced { try await forced.wait() }
    }
}
