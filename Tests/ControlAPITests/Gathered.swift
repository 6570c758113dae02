import Foundation
import Synchronization
import TestSupport

/// What came of a stream so far, and somebody who waits for more.
final class Gathered: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var waiting: [(count: Int, latch: Latch)] = []
    }
    private let state = Mutex(State())

    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    var count: Int { state.withLock(\.bytes.count) }

    func add(_ more: [UInt8]) {
        state.withLock { state in
            state.bytes += more
            for waiting in state.waiting where waiting.count <= state.bytes.count { waiting.latch.open() }
        }
    }

    /// Returns when so many bytes are there.
    func wait(for count: Int) async {
        let latch = Latch()
        state.withLock { state in
            if state.bytes.count >= count { latch.open() } else { state.waiting.append((count, latch)) }
        }
        await latch.wait()
    }
}
