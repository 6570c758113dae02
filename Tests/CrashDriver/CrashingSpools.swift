import Model
import Ports

/// Spools in the middle of whose streams the process can end.
struct CrashingSpools: Spools {
    let spools: any Spools
    let crash: CrashPoint

    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        CrashingSpool(spool: try await spools.open(attempt, stream), stream: stream, crash: crash)
    }

    func remove(_ attempt: AttemptID) async throws(StoreError) {
        try await crash.around(.spoolsRemove) { () throws(StoreError) in try await spools.remove(attempt) }
    }
}

/// A spool whose first piece, and whose first one beyond 500 KiB, are points of their own.
private struct CrashingSpool: Spool {
    let spool: any Spool
    let stream: SpoolStream
    let crash: CrashPoint

    var length: Int64 { get async { await spool.length } }

    func append(_ bytes: [UInt8]) async throws(StoreError) {
        let before = await spool.length
        let place = before == 0 ? "first" : before > 500 << 10 ? "middle" : "other"
        guard let step = CrashStep(rawValue: "\(stream.rawValue).\(place)") else {
            return try await spool.append(bytes)
        }
        try await crash.around(step) { () throws(StoreError) in try await spool.append(bytes) }
    }

    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }
    func close() async { await spool.close() }
}
