import Synchronization
import Testing

@testable import Waiting

@Suite struct WakeupsTests {
    @Test("who watches a key is called for it, and no longer once the watching has ended")
    func watching() {
        let wakeups = Wakeups<String>()
        let calls = Mutex<[String]>([])
        let first = wakeups.watch("a") { calls.withLock { $0.append("first") } }
        do {
            let second = wakeups.watch("a") { calls.withLock { $0.append("second") } }
            wakeups.wake("b")
            #expect(calls.withLock { $0 }.isEmpty)
            wakeups.wake(["b", "a"])
            #expect(calls.withLock { $0 }.sorted() == ["first", "second"])
            _ = second
        }
        wakeups.wake("a")
        #expect(calls.withLock { $0.count } == 3)
        #expect(wakeups.watchedKeys == ["a"])
        first.end()
        first.end()
        wakeups.wake("a")
        #expect(calls.withLock { $0.count } == 3)
        #expect(wakeups.watchedKeys.isEmpty)
    }
}
