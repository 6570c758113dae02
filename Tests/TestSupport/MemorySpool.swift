package import Ports
import Synchronization

/// One stream of ``MemorySpools``.
package final class MemorySpool: Spool {
    private let name: String
    private let spools: MemorySpools
    private let steps: Steps
    private let isOpen = Mutex(true)

    init(name: String, of spools: MemorySpools, steps: Steps) {
        (self.name, self.spools, self.steps) = (name, spools, steps)
    }

    package var length: Int64 { get async { Int64(spools.bytes(name).count) } }

    package func append(_ bytes: [UInt8]) async throws(StoreError) {
        try checkOpen()
        spools.append(bytes, to: name)
    }

    package func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try steps.store("read")
        try checkOpen()
        return Array(spools.bytes(name).dropFirst(Int(max(offset, 0))).prefix(max(count, 0)))
    }

    package func close() async {
        steps.take("spool.close")
        isOpen.withLock { $0 = false }
    }

    private func checkOpen() throws(StoreError) {
        guard isOpen.withLock({ $0 }) else { throw .unavailable(path: name, reason: "it was closed") }
    }
}
