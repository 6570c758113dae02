import Documents
import Foundation
import Model
import Ports
import Scheduler
// A document may be a FIFO, as in `-f <(command)`, and is read no further than its bound.
private import Glibc

/// The document of `run -f`, read, and how it goes into a request.
struct RunDocument {
    let document: JobDocument
    /// What its paths are relative to.
    private let folder: String
    /// The word that means our own standard input.
    static let standardInput = "-"

    /// Reads the document that `word` names: a file, or `-` for our own standard input.
    ///
    /// - Throws: ``InputError`` with everything that is wrong.
    init(_ word: String, standardInput descriptor: Int32 = STDIN_FILENO) throws(InputError) {
        let (bytes, name, folder) = try Self.read(word, standardInput: descriptor)
        do throws(DocumentMistakes) {
            document = try JobDocument(reading: bytes, name: name)
        } catch {
            throw InputError(mistakes: error.mistakes)
        }
        self.folder = folder
    }

    /// A job that was read as part of something.
    init(_ document: JobDocument, folder: String) { (self.document, self.folder) = (document, folder) }

    /// The bytes that `word` names, their name for messages, and the folder that paths in them are relative to.
    ///
    /// - Parameter size: one byte beyond it at most is read.
    static func read(
        _ word: String, standardInput descriptor: Int32 = STDIN_FILENO, atMost size: DocumentBounds.Size = .plain
    ) throws(InputError) -> (bytes: [UInt8], name: String, folder: String) {
        let isStream = word == standardInput
        let name = isStream ? "standard input" : word
        let bytes = try bytes(of: word, name: name, descriptor: isStream ? descriptor : nil, atMost: size)
        return (bytes, name, isStream ? "." : URL(filePath: word).deletingLastPathComponent().path)
    }

    private static func bytes(of word: String, name: String, descriptor: Int32?, atMost size: DocumentBounds.Size)
        throws(InputError) -> [UInt8]
    {
        let opened = descriptor ?? open(word, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard opened >= 0 else {
            let (isMissing, why) = (errno == ENOENT || errno == ENOTDIR, reason(errorNumber: errno))
            let mistake = DocumentMistake(
                isMissing ? .documentMissing : .inputUnreadable, document: name, position: nil,
                problem: isMissing ? "does not exist" : "cannot be read: \(why)",
                remedy: "Check the path and its permissions; - means the standard input.")
            throw InputError(mistakes: [mistake])
        }
        defer { if descriptor == nil { close(opened) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        // One byte beyond the bound is enough for the reader to refuse the document.
        while bytes.count <= size.bytes.bytes {
            let count = Glibc.read(opened, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let mistake = DocumentMistake(
                    .inputUnreadable, document: name, position: nil,
                    problem: "cannot be read: \(reason(errorNumber: errno))", remedy: "Give a file, or - for a stream.")
                throw InputError(mistakes: [mistake])
            }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return bytes
    }

    /// The document's files, but for those whose names flags have taken.
    func files(without taken: Set<String>) -> (files: [JobRequest.File], mistakes: [any UserFacingError]) {
        var (files, mistakes): ([JobRequest.File], [any UserFacingError]) = ([], [])
        for file in document.files where !taken.contains(file.name) {
            switch file.content {
            case .bytes(let bytes):
                let source = BytesInput(bytes)
                files.append(
                    .init(path: file.name, size: source.size, isExecutable: file.isExecutable ?? false, source: source))
            case .path(let path):
                do throws(FileError) {
                    let source = try FileInput(path: resolved(path))
                    files.append(
                        .init(
                            path: file.name, size: source.size, isExecutable: file.isExecutable ?? source.isExecutable,
                            source: source))
                } catch {
                    mistakes.append(
                        DocumentMistake(
                            error.code, document: document.name, position: file.position, pointer: file.pointer,
                            problem: "names a file that cannot be used: \(error.message.dropLast())",
                            remedy: "Paths are relative to the document's folder."))
                }
            }
        }
        return (files, mistakes)
    }

    func standardInput() throws(DocumentMistake) -> JobRequest.StandardInput {
        switch document.stdin {
        case nil: return .none
        case .bytes(let bytes): return .stored(BytesInput(bytes))
        case .path(let path):
            do throws(FileError) { return .stored(try FileInput(path: resolved(path))) } catch {
                throw document.mistake(
                    .stdin, "names a file that cannot be used: \(error.message.dropLast())",
                    remedy: "Paths are relative to the document's folder.")
            }
        }
    }

    private func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
}
