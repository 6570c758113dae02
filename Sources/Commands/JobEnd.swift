import CellWire
import Model
import Ports

/// What is told and written when a job has ended.
struct JobEnd {
    /// At most so many paths are named in one line.
    private static let namedPaths = 10
    let job: JobRecord
    let attempt: AttemptRecord?

    /// One line for each stream of which a part was dropped.
    var droppedLines: [String] {
        dropped.map { "caisson: \($0.stream): \($0.count) bytes were dropped (the limit is \(job.spec.limits.output))" }
    }

    /// The bytes of each stream that were dropped, because its limit was reached.
    var dropped: [(stream: String, count: Int)] {
        guard let attempt, let record = attempt.record else { return [] }
        let streams = [
            ("stdout", record.stdoutTruncated, record.stdoutBytes, attempt.stdout),
            ("stderr", record.stderrTruncated, record.stderrBytes, attempt.stderr),
        ]
        return streams.compactMap { name, isTruncated, written, kept in
            isTruncated ? (name, max(0, written - Int(kept?.size.bytes ?? 0))) : nil
        }
    }

    /// What the job deleted of the files that were given to it, in one line.
    var deletedLine: String? {
        let paths = attempt?.changes.filter { $0.kind == .deleted }.map(\.path) ?? []
        guard !paths.isEmpty else { return nil }
        let named = paths.prefix(Self.namedPaths).map { TextTable.oneLine($0, width: 100) }.joined(separator: ", ")
        let more = paths.count > Self.namedPaths ? " and \(paths.count - Self.namedPaths) more" : ""
        return "caisson: the job deleted \(named)\(more); nothing is deleted here"
    }

    /// Where changes may be missing, because nobody could look there or there is too much of it.
    ///
    /// A cell tells it among the artifacts, under paths that were not asked for; `**` stands for all of `/work`.
    private var gaps: [ArtifactWriter.File] {
        let known = Set(job.spec.artifacts + (attempt?.changes.map(\.path) ?? [])).subtracting(["**"])
        let words = [FileMessage.Problem.tooMany, .tooDeep, .unreadable].map(\.word)
        let gaps = attempt?.artifacts.filter { words.contains($0.problem ?? "") && !known.contains($0.path) }
        return Set(gaps?.map(\.path) ?? []).sorted().map { path in
            ArtifactWriter.File(path: path, blob: nil, problem: gaps?.first { $0.path == path }?.problem)
        }
    }

    /// Tells what has to be told, and writes the files where they were asked for.
    func report(
        artifactsDir: String?, changesDir: String?, reader: any BlobReader, output: Output
    ) async throws {
        for line in droppedLines { output.error(line) }
        if let deletedLine { output.error(deletedLine) }
        var failure: (any Error)?
        let artifacts = attempt?.artifacts.map(ArtifactWriter.File.init) ?? []
        let changes = attempt?.changes.filter { $0.kind != .deleted }.map(ArtifactWriter.File.init) ?? []
        let changed = gaps + changes
        for (folder, files, what) in [(artifactsDir, artifacts, "artifact"), (changesDir, changed, "changed file")] {
            guard let folder else { continue }
            do {
                try await ArtifactWriter(folder: folder, reader: reader, output: output).write(files, each: what)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
