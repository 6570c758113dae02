import CellWire
import Ports

/// What lies in the spool of the files channel: the files that were asked for, then the changes.
struct FileIndex: Equatable {
    private(set) var files: [CollectedFile] = []
    private(set) var changes: [CollectedChange] = []
    /// What has come so far under each path: a change need not bring it again.
    private var contents: [String: CollectedFile.Content] = [:]
    /// The change whose content comes next, unless it came before.
    private var open: (path: String, change: FileMessage.Change)?

    /// - Throws: ``EngineError/cellProtocol(detail:)`` if the channel ended in the middle of a file, or a change has no content.
    static func read(_ spool: any Spool) async throws(EngineError) -> FileIndex {
        var index = FileIndex()
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
                    try index.add(path, .success(offset..<offset + Int64(size)))
                    offset += Int64(size)
                case .problem(let path, let problem): try index.add(path, .failure(.init(word: problem.word)))
                case .change(let path, let change): try index.add(path, change)
                }
            }
            try index.close()
        } catch let error as EngineError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .cellProtocol(detail: "the files channel: \(error)")
        }
        return index
    }

    static func == (left: FileIndex, right: FileIndex) -> Bool {
        left.files == right.files && left.changes == right.changes
    }

    private mutating func add(_ path: String, _ content: CollectedFile.Content) throws(EngineError) {
        if let change = open {
            guard change.path == path else { throw .cellProtocol(detail: "\(path) is no part of the change before it") }
            open = nil
            changes.append(CollectedChange(path: path, change: change.change, content: content))
        } else {
            guard changes.isEmpty else { throw .cellProtocol(detail: "\(path) comes behind the changes") }
            files.append(CollectedFile(path: path, content: content))
        }
        contents[path] = content
    }

    private mutating func add(_ path: String, _ change: FileMessage.Change) throws(EngineError) {
        try close()
        if change == .deleted {
            changes.append(CollectedChange(path: path, change: change, content: nil))
        } else {
            open = (path, change)
        }
    }

    /// Ends a change: what follows it is none of its own, so its content came before.
    private mutating func close() throws(EngineError) {
        guard let (path, change) = open else { return }
        guard let content = contents[path] else { throw .cellProtocol(detail: "\(path) has changed to nothing") }
        open = nil
        changes.append(CollectedChange(path: path, change: change, content: content))
    }
}
