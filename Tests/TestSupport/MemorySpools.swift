package import Model
package import Ports
import Synchronization

/// Spools in memory, for as long as this object lives: what a process writes there the next one finds.
package final class MemorySpools: Spools {
    private let files = Mutex<[String: [UInt8]]>([:])
    private let steps: Steps

    package init(steps: Steps = Steps()) { self.steps = steps }

    /// The streams there are, as `ATTEMPT/STREAM`.
    package var names: [String] { files.withLock { $0.keys.sorted() } }

    package func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        try steps.store("open \(stream.rawValue)")
        let name = "\(attempt)/\(stream.rawValue)"
        append([], to: name)
        return MemorySpool(name: name, of: self, steps: steps)
    }

    package func remove(_ attempt: AttemptID) async throws(StoreError) {
        try steps.store("removeSpools")
        files.withLock { files in files = files.filter { !$0.key.hasPrefix("\(attempt)/") } }
    }

    /// The bytes of a stream; none once it is removed.
    package func bytes(_ name: String) -> [UInt8] { files.withLock { $0[name] ?? [] } }

    /// Puts an empty stream there as an earlier process may have left it.
    package func put(_ name: String) { append([], to: name) }

    func append(_ bytes: [UInt8], to name: String) { files.withLock { $0[name, default: []] += bytes } }
}
