package import Ports

/// A spool that tells when something is written to it.
package struct WatchedSpool: Spool {
    let spool: any Spool
    let latch: Latch?

    package init(spool: any Spool, latch: Latch?) { (self.spool, self.latch) = (spool, latch) }

    package var length: Int64 { get async { await spool.length } }
    package func append(_ bytes: [UInt8]) async throws(StoreError) {
        try await spool.append(bytes)
        latch?.open()
    }
    package func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }
    package func close() async { await spool.close() }
}
