import Foundation
import Synchronization

/// Makes Ctrl-C, a TERM and a HUP an ask to cancel the job instead of ending this process.
struct CancelSignals {
    /// One for each signal that came, counted from 1.
    let asks: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation
    private let sources: [any DispatchSourceSignal]

    /// - Parameter printer: once a job is being cancelled, a reader of our output that takes nothing for a second must not hold it up.
    init(_ printer: OutputPrinter? = nil) {
        let (asks, continuation) = AsyncStream.makeStream(of: Int.self)
        (self.asks, self.continuation) = (asks, continuation)
        let queue = DispatchQueue(label: "caisson.signals")
        let counter = Counter()
        // What was ignored when we were started stays so: that is how nohup and a shell's & protect a command.
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
            signal(number, SIG_IGN)  // the default would end us before the source sees it
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let count = counter.next()
                if count == 1, let printer { Self.watch(printer) }
                continuation.yield(count)
            }
            source.resume()
            return source
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func watch(_ printer: OutputPrinter) {
        printer.dropStuckWrite()
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak printer] in
            if let printer { watch(printer) }
        }
    }

    func end() {
        for source in sources { source.cancel() }
        continuation.finish()
    }
}
