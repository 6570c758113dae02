import Dispatch
package import Model
package import Ports
import Waiting

extension BlobFolder: BlobLeftovers {
    /// Digests that are asked about at once.
    private static let batch = 1000

    /// Only for the process that holds the data folder's lock: whoever else makes blobs there is not seen.
    package func removeUnknown(
        among digests: [String]?, unusedFor age: Duration, at now: WallTime,
        _ unknown: (_ digests: [String]) async throws(StoreError) -> [String]
    ) async throws(StoreError) -> Int {
        let latest = now.milliseconds - age.wholeMilliseconds
        return try await removeUnknown(among: digests, changedBy: latest, unknown)
    }

    /// Removes the files that no row names: a process was killed, or could not store an outcome, after it had made them.
    ///
    /// Only for the holder of the data folder's lock, and before it makes blobs of its own.
    package func removeUnknown(
        _ unknown: (_ digests: [String]) async throws(StoreError) -> [String]
    ) async throws(StoreError) { _ = try await removeUnknown(among: nil, changedBy: nil, unknown) }

    private func removeUnknown(
        among digests: [String]?, changedBy latest: Int64?,
        _ unknown: (_ digests: [String]) async throws(StoreError) -> [String]
    ) async throws(StoreError) -> Int {
        var (removed, problem): (Int, StoreError?) = (0, nil)
        func look(at digests: [String]) async throws(StoreError) {
            for start in stride(from: 0, to: digests.count, by: Self.batch) {
                let some = Array(digests[start..<min(start + Self.batch, digests.count)])
                for digest in try await unknown(some) {
                    do throws(StoreError) {
                        if try await remove(digest, changedBy: latest) { removed += 1 }
                    } catch {
                        problem = problem ?? error
                    }
                }
            }
        }
        if let digests {
            try await look(at: digests)
        } else {
            let path = path
            let folders = try await queue.run { () throws(StoreError) in try Folder.names(in: path) }
            for folder in folders where folder.count == 2 {
                let files = try await queue.run { () throws(StoreError) in try Folder.names(in: "\(path)/\(folder)") }
                try await look(at: files.map { "sha256:\($0)" }.filter { BlobDigest.hex(of: $0) != nil })
            }
        }
        if let problem { throw problem }
        return removed
    }

    /// Removes a file unless it was changed after `latest`.
    ///
    /// That is looked at when nobody can give a file its name or make use of it again: whoever does so later finds none, and makes it anew.
    private func remove(_ digest: String, changedBy latest: Int64?) async throws(StoreError) -> Bool {
        guard let hex = BlobDigest.hex(of: digest) else { throw .notFound(digest) }
        let file = "\(path)/\(hex.prefix(2))/\(hex)"
        return try await queue.run(flags: .barrier) { () throws(StoreError) in
            if let latest {
                guard let change = try OpenFile.lastChange(of: file), change <= latest else { return false }
            }
            return try OpenFile.remove(file)
        }
    }
}
