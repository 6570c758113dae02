import GRDB
import Model
import Ports
import Testing

@testable import SQLiteStore

@Suite struct StoreErrorSQLiteTests {
    @Test(
        "SQLite's result codes have a meaning for people",
        arguments: [
            (ResultCode.SQLITE_FULL, ErrorCode.noSpace),
            (.SQLITE_IOERR_SHMSIZE, .noSpace),
            (.SQLITE_BUSY, .storeBusy),
            (.SQLITE_BUSY_SNAPSHOT, .storeBusy),
            (.SQLITE_LOCKED, .storeBusy),
            (.SQLITE_CORRUPT, .storeCorrupt),
            (.SQLITE_NOTADB, .storeCorrupt),
            (.SQLITE_CANTOPEN, .storeUnavailable),
            (.SQLITE_READONLY, .storeUnavailable),
            (.SQLITE_IOERR_FSYNC, .storeUnavailable),
            (.SQLITE_PERM, .storeUnavailable),
            (.SQLITE_CONSTRAINT_CHECK, .storeUnavailable),
        ])
    func codes(code: ResultCode, meaning: ErrorCode) {
        let error = StoreError(DatabaseError(resultCode: code, message: "secret"), path: "/data/caisson.db")
        #expect(error.code == meaning)
        #expect(!"\(error)".contains("secret"))
    }

    @Test("an error of ours passes through")
    func own() {
        #expect(StoreError(StoreError.notFound("x"), path: "/data") == .notFound("x"))
    }
}
