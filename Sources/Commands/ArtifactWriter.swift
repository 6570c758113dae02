import Foundation
import Model
import Ports

/// Writes a job's collected files into a folder of the person who asked.
struct ArtifactWriter {
    private static let pieceSize = 256 << 10
    let folder: String
    let reader: any JobReader & BlobReader
    let output: Output

    /// Writes the files of the newest attempt; says which were asked for and are not there.
    func write(of job: JobID) async throws {
        for artifact in try await reader.attempts(of: job).last?.artifacts ?? [] {
            guard let blob = artifact.blob else {
                output.error("caisson: artifact \(artifact.path) was not collected: \(artifact.problem ?? "unknown")")
                continue
            }
            let url = URL(filePath: folder).appending(path: artifact.path)
            let content = try await content(of: blob)
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try content.write(to: url, options: .atomic)
            } catch {
                throw FileError.unwritable(path: url.path, reason: reason(error))
            }
        }
    }

    private func content(of blob: BlobReference) async throws -> Data {
        var content = Data()
        while true {
            let piece = try await reader.bytes(of: blob, from: Int64(content.count), count: Self.pieceSize)
            if piece.isEmpty { return content }
            content += piece
        }
    }
}
