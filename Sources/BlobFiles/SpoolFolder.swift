import Waiting
import Dispatch
package import Model
package import Ports

/// The spools of all attempts: `spool/<attempt>/<stream>` in the data folder.
///
/// At most one ``SpoolFile`` may be open for a stream: each keeps its own count of the bytes.
package struct SpoolFolder: Spools {
    private let path: String
    private let queue = DispatchQueue(label: "caisson.spools", attributes: .concurrent)

    /// - Parameter folder: The data folder. Nothing is made in it before the first spool.
    package init(in folder: String) { path = "\(folder)/spool" }

    package func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        let folder = folder(of: attempt)
        try await queue.run { () throws(StoreError) in try Folder.make(folder) }
        let spool = SpoolFile("\(folder)/\(stream.rawValue)")
        try await spool.open(for: .appending)
        return spool
    }

    package func remove(_ attempt: AttemptID) async throws(StoreError) {
        let folder = folder(of: attempt)
        try await queue.run { () throws(StoreError) in try Folder.remove(folder) }
    }

    private func folder(of attempt: AttemptID) -> String { "\(path)/\(attempt)" }
}

extension SpoolFolder: SpoolLeftovers {
    package func removeAbandoned(
        _ open: () async throws(StoreError) -> Set<AttemptID>
    ) async throws(StoreError) -> Int {
        let path = path
        let found = try await queue.run { () throws(StoreError) in try Folder.names(in: path) }
        let attempts = found.compactMap(AttemptID.init(spoolFolder:))
        guard !attempts.isEmpty else { return 0 }
        let kept = try await open()
        let abandoned = attempts.filter { !kept.contains($0) }
        for attempt in abandoned { try await remove(attempt) }
        return abandoned.count
    }
}

extension AttemptID {
    /// `nil` for a name that no attempt's folder has.
    fileprivate init?(spoolFolder name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[1]), let job = try? JobID(String(parts[0]))  // ignored: not ours
        else { return nil }
        self.init(job: job, number: number)
        guard description == name else { return nil }
    }
}
