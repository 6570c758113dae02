import Foundation
import GRDB
import Ports

extension JobQueries {
    /// Up to `count` bytes of a blob's row from `offset` on, or `nil` if they lie in a file.
    ///
    /// - Throws: ``StoreError/notFound(_:)`` if there is no such row.
    static func inlineBytes(
        of reference: BlobReference, from offset: Int64, count: Int, in database: Database
    ) throws -> [UInt8]? {
        // SQLite counts from 1, and cuts in place: only the bytes asked for are copied. Of an empty blob it makes a NULL.
        let sql = """
            SELECT CASE WHEN content IS NULL THEN NULL ELSE coalesce(substr(content, ?, ?), x'') END AS part
            FROM blob WHERE digest = ?
            """
        let row = try Row.fetchOne(database, sql: sql, arguments: [offset + 1, count, reference.digest])
        guard let row else { throw StoreError.notFound(reference.digest) }
        return try row.decode(Data?.self, forColumn: "part").map { [UInt8]($0) }
    }
}
