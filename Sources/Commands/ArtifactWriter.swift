// Beside NIO the compiler takes `stat` for a part of Dispatch.
private import CDispatch
import Foundation
import Model
import Ports

/// Writes a job's collected files into a folder of the person who asked, piece by piece.
struct ArtifactWriter {
    private static let pieceSize = 256 << 10

    /// One file to write, or why there is none.
    struct File {
        let path: String
        let blob: BlobReference?
        let problem: String?
    }

    /// The folder, as the person named it.
    let folder: String
    let reader: any BlobReader
    let output: Output

    /// Why nothing could be written into `folder`, as far as that can be seen beforehand; it is made when it is needed.
    static func mistake(folder: String) -> FileError? {
        var (existing, status) = (folder, stat())
        while lstat(existing, &status) != 0 {
            let code = errno
            guard code == ENOENT || code == ENOTDIR, let parent = parent(of: existing) else {
                return .unwritable(path: folder, reason: Commands.reason(errorNumber: code))
            }
            existing = parent
        }
        // Through a link, which may lead nowhere.
        guard stat(existing, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return .unwritable(path: folder, reason: "\(existing) is not a folder")
        }
        // access(2) also knows of a file system that is read-only.
        guard access(existing, W_OK | X_OK) == 0 else {
            return .unwritable(path: folder, reason: Commands.reason(errorNumber: errno))
        }
        return nil
    }

    /// The folder that `path` lies in, by its text; `nil` if there is none to look at.
    private static func parent(of path: String) -> String? {
        let names = path.split(separator: "/")
        guard let last = names.last, last != "." else { return nil }
        let parent = names.dropLast().joined(separator: "/")
        return path.hasPrefix("/") ? "/\(parent)" : parent.isEmpty ? "." : parent
    }

    /// Writes the files; one that cannot be written does not keep the others from it.
    ///
    /// - Parameter what: what one of the files is, for the sentences: `artifact`.
    /// - Throws: ``FileError/unwritable(path:reason:)`` at the end, if any file could not be written.
    func write(_ files: [File], each what: String) async throws {
        let target = try OutputFolder(folder)
        var (written, failed, taken) = (0, 0, Set<[String]>())
        for file in files {
            let name = TextTable.oneLine(file.path, width: 200)
            guard let blob = file.blob else {
                output.error("caisson: \(what) \(name) was not collected: \(file.problem ?? "unknown")")
                continue
            }
            do throws(OutputFolder.Refusal) {
                guard taken.insert(try OutputFolder.names(of: file.path)).inserted else {
                    throw OutputFolder.Refusal("another file was written under this name")
                }
                try await write(blob, to: file.path, in: target)
                written += 1
            } catch {
                failed += 1
                output.error("caisson: \(what) \(name) was not written: \(error.reason)")
            }
        }
        output.error("caisson: \(Self.count(written, what)) written to \(TextTable.oneLine(folder, width: 1000))")
        guard failed == 0 else {
            throw FileError.unwritable(path: folder, reason: "\(Self.count(failed, what)) not written")
        }
    }

    private func write(
        _ blob: BlobReference, to path: String, in folder: borrowing OutputFolder
    ) async throws(OutputFolder.Refusal) {
        var file = try folder.begin(path)
        var offset: Int64 = 0
        while offset < blob.size.bytes {
            let piece: [UInt8]
            do throws(StoreError) {
                piece = try await reader.bytes(of: blob, from: offset, count: Self.pieceSize)
            } catch {
                throw OutputFolder.Refusal(error.message)
            }
            guard !piece.isEmpty else { throw OutputFolder.Refusal("its blob is shorter than its row says") }
            try file.append(piece)
            offset += Int64(piece.count)
        }
        try file.finish()
    }

    private static func count(_ number: Int, _ what: String) -> String {
        number == 1 ? "1 \(what) was" : "\(number) \(what)s were"
    }
}

extension ArtifactWriter.File {
    init(_ artifact: AttemptRecord.Artifact) {
        self.init(path: artifact.path, blob: artifact.blob, problem: artifact.problem)
    }

    init(_ change: AttemptRecord.Change) {
        self.init(path: change.path, blob: change.blob, problem: change.problem)
    }
}
