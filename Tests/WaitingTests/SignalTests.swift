import Testing

import Waiting

@Suite struct SignalTests {
    @Test("signals that come before a wait count as one")
    func before() async throws {
        let signal = Signal()
        signal.send()
        signal.send()
        try await signal.wait()
        // A second wait would go on for ever, but for its cancellation.
        let waiting = Task { try await signal.wait() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("a signal wakes the waiting task, again and again")
    func wakes() async throws {
        let (signal, echo) = (Signal(), Signal())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<1000 {
                    try await signal.wait()
                    echo.send()
                }
            }
            group.addTask {
                for _ in 0..<1000 {
                    signal.send()
                    try await echo.wait()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("many signals from many tasks are never lost to a waiting one")
    func manySenders() async throws {
        let signal = Signal()
        for _ in 0..<200 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await signal.wait() }
                for _ in 0..<4 { group.addTask { signal.send() } }
                try await group.waitForAll()
            }
        }
    }

    @Test("a waiting task that is cancelled ends, and the signal serves the next")
    func cancelled() async throws {
        let signal = Signal()
        for _ in 0..<200 {
            let waiting = Task { try await signal.wait() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        signal.send()
        try await signal.wait()
    }

    @Test("a task that is cancelled already does not wait")
    func cancelledBefore() async {
        let signal = Signal()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await signal.wait()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
