import GRDB
package import SQLiteStore

extension SQLiteJobStore {
    /// Takes everything out of the store but its installation, so that it is as one that was just made; on the calling thread.
    ///
    /// - Throws: ``StoreError`` if there is a job that has not ended: such a one is never deleted.
    package func emptyNow() throws {
        try writeNow { database in
            let find = """
                SELECT name FROM sqlite_schema
                WHERE type = 'table' AND name NOT IN ('installation', 'grdb_migrations', 'queue', 'event') AND name NOT LIKE 'sqlite_%'
                """
            let tables = try String.fetchAll(database.cachedStatement(sql: find))
            // Events first, as they ask their job whether they may be deleted; last, what others refer to.
            let last = ["attempt", "job", "spec_blob", "spec", "blob"]
            let first = ["event"] + tables.filter { !last.contains($0) }
            for table in first + last { try database.cachedStatement(sql: "DELETE FROM \(table)").execute() }
            try database.cachedStatement(sql: "DELETE FROM queue WHERE ordinal > 1").execute()
            let asMade = """
                UPDATE queue SET weight = 1, job_limit = NULL, is_paused = 0, changed_by = NULL, changed_at_ms = NULL
                """
            try database.cachedStatement(sql: asMade).execute()
            try database.cachedStatement(sql: "DELETE FROM sqlite_sequence").execute()
        }
    }
}
