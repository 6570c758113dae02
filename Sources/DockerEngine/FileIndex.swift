import CellWire
import Ports

/// Finds the collected files in the spool of the files channel.
enum FileIndex {
    /// - Throws: ``EngineError/cellProtocol(detail:)`` if the channel ended in the middle of a file.
    static func read(_ spool: any Spool) async throws(EngineError) -> [CollectedFile] {
        var files: [CollectedFile] = []
        var offset: Int64 = 0
        do {
            let length = await spool.length
            while offset < length {
                var assembler = MessageAssembler()
                // A message holds one path: 8 KiB is more than any is long, and most of it is the file that follows.
                assembler.push(try await spool.read(from: offset, count: 8 << 10))
                guard let message = try assembler.next() else {
                    throw EngineError.cellProtocol(detail: "half a file header")
                }
                offset += Int64(message.encoded.count)
                switch try FileMessage(message) {
                case .begin(let path, let size):
                    guard Int64(size) <= length - offset else {
                        throw EngineError.cellProtocol(detail: "\(path) is cut short")
                    }
                    files.append(CollectedFile(path: path, content: .success(offset..<offset + Int64(size))))
                    offset += Int64(size)
                case .problem(let path, let problem):
                    files.append(CollectedFile(path: path, content: .failure(.init(word: problem.word))))
                }
            }
        } catch let error as EngineError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .cellProtocol(detail: "the files channel: \(error)")
        }
        return files
    }
}
