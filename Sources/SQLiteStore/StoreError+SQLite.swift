import GRDB
import Model
import Ports

extension StoreError {
    /// Says by SQLite's result code what an error of the database at `path` means; no text is inspected.
    ///
    /// - Source: "Result and Error Codes", sqlite.org/rescode.html.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(sqlite: error, path: path)
        case is RowDecodingError: self = .corrupt(detail: "\(path): a column does not hold what its table promises")
        case let error as ModelError: self = .corrupt(detail: "\(path): \(error.message)")
        default: self = .unavailable(path: path, reason: "\(type(of: error))")
        }
    }

    private init(sqlite error: DatabaseError, path: String) {
        // The text belongs to the code; an error's own message could hold parts of a statement.
        let text = "SQLite error \(error.extendedResultCode)"
        // The shared index could not grow: that happens when the disk is full before the first write.
        if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
            self = .noSpace(path: path)
            return
        }
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .noSpace(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(waited: Pragma.busyTimeout)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: .corrupt(detail: "\(path): \(text)")
            // The rest are the file system's refusals and faults of our own; either way the path and the code help most.
            default: .unavailable(path: path, reason: text)
            }
    }
}
