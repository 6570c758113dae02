import CellWire
import Model
import Ports

/// Makes blobs of the files that a cell has collected, and judges the result file.
struct OutputCollector {
    struct Collected {
        var resultFile = Verdict.ResultFile.acceptable
        var result: Blob?
        var artifacts: [AttemptRecord.Artifact] = []
        var changes: [AttemptRecord.Change] = []
        /// The blobs of artifacts and changes, by where they lie in the spool: one file may be both.
        var blobs: [Range<Int64>: Blob] = [:]
    }

    let blobs: any BlobStore

    /// - Parameters:
    ///   - result: its first file is the result file, which every job is asked for.
    ///   - spool: that of the files channel.
    func collect(_ result: WorkResult, from spool: any Spool) async throws(StoreError) -> Collected {
        var collected = Collected()
        var files = result.files[...]
        if files.first?.path == JobSpec.resultFile, let file = files.popFirst() {
            try await take(file, &collected, spool)
        }
        for file in files {
            let (blob, problem) = try await keep(file.content, &collected, spool)
            collected.artifacts.append(.init(path: file.path, blob: blob, problem: problem))
        }
        for change in result.changes {
            var (blob, problem): (BlobReference?, String?)
            if let content = change.content { (blob, problem) = try await keep(content, &collected, spool) }
            collected.changes.append(
                .init(path: change.path, kind: Self.kind(change.change), blob: blob, problem: problem))
        }
        return collected
    }

    private func take(_ file: CollectedFile, _ collected: inout Collected, _ spool: any Spool) async throws(StoreError)
    {
        switch file.content {
        case .success(let range):
            let blob = try await blobs.makeBlob(from: spool, range: range)
            collected.result = blob
            let bytes = try await spool.read(from: range.lowerBound, count: range.count)
            do throws(JSONSyntax.Flaw) { try JSONSyntax.check(bytes) } catch {
                collected.resultFile = .notJSON("\(error)")
            }
        case .failure(let problem):
            if problem.word != FileMessage.Problem.missing.word { collected.resultFile = .problem(problem.word) }
        }
    }

    private func keep(
        _ content: CollectedFile.Content, _ collected: inout Collected, _ spool: any Spool
    ) async throws(StoreError) -> (BlobReference?, problem: String?) {
        switch content {
        case .success(let range):
            if let blob = collected.blobs[range] { return (blob.reference, nil) }
            let blob = try await blobs.makeBlob(from: spool, range: range)
            collected.blobs[range] = blob
            return (blob.reference, nil)
        case .failure(let problem): return (nil, problem.word)
        }
    }

    private static func kind(_ change: FileMessage.Change) -> AttemptRecord.Change.Kind {
        switch change {
        case .added: .added
        case .modified: .modified
        case .deleted: .deleted
        }
    }
}
