// Shows that the thread sanitizer sees races here, and only those: two threads count up without a lock ("race"), under a Mutex that they
// fight for ("mutex"), or one with it and one without ("half").
import Glibc
import Synchronization

final class Counter: @unchecked Sendable {
    // Safe because: it is not, on purpose.
    nonisolated(unsafe) var value = 0
    let lock = Mutex(())
    private let ready = Atomic(0)

    /// Waits until both threads are here; relaxed, so that it puts nothing in order.
    func meet() {
        ready.add(1, ordering: .relaxed)
        while ready.load(ordering: .relaxed) < 2 { sched_yield() }
    }

    func add(isLocked: Bool) {
        if isLocked { lock.withLock { _ in value += 1 } } else { value += 1 }
    }
}

final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Threads and not tasks, which may well follow each other on one thread and then do not race.
func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    return thread
}

@main struct Planted {
    static func main() {
        let mode = CommandLine.arguments.last ?? ""
        let counter = Counter()
        let threads = (0..<2).map { number in
            start {
                counter.meet()
                for _ in 0..<100_000 { counter.add(isLocked: mode == "mutex" || (mode == "half" && number > 0)) }
            }
        }
        for thread in threads { pthread_join(thread, nil) }
        print(mode, counter.value)
    }
}
