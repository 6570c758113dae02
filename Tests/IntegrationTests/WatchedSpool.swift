import Ports
import TestSupport

/// A spool that tells when something is written to it.
struct WatchedSpool: Spool {
    let spool: any Spool
    let latch: Latch?

    var length: Int64 { get async { await spool.length } }
    func append(_ bytes: [UInt8]) async throws(StoreError) {
        try await spool.append(bytes)
        latch?.open()
    }
    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }
    func close() async { await spool.close() }
}
