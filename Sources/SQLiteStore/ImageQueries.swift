import GRDB
import Model
import Ports

/// What can be asked of the table of images, and its changes; each is called inside a transaction.
enum ImageQueries {
    static func image(_ name: ImageName, in database: Database) throws -> ImageRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM image WHERE name = ?", arguments: [name.description])
            .map(ImageRecord.init)
    }

    static func images(in database: Database) throws -> [ImageRecord] {
        let sql = "SELECT * FROM image ORDER BY name LIMIT ?"
        return try Row.fetchAll(database, sql: sql, arguments: [ImageRecord.mostNames]).map(ImageRecord.init)
    }

    static func add(_ record: ImageRecord, in database: Database) throws {
        if let found = try image(record.name, in: database) {
            throw StoreError.conflict(id: "image \(record.name)", expected: "new", found: found.imageID)
        }
        try database.execute(
            sql: """
                INSERT INTO image (name, image_id, source, loaded_tag, size_bytes, added_at_ms) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.name.description, record.imageID, record.source, record.loadedTag, record.size.bytes,
                record.addedAt.milliseconds,
            ])
    }

    static func remove(_ name: ImageName, in database: Database) throws {
        try database.execute(sql: "DELETE FROM image WHERE name = ?", arguments: [name.description])
    }
}

extension ImageRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            name: try ImageName(row.decode(forColumn: "name")), imageID: try row.decode(forColumn: "image_id"),
            source: try row.decode(forColumn: "source"), loadedTag: try row.decode(forColumn: "loaded_tag"),
            size: ByteCount(bytes: try row.decode(forColumn: "size_bytes")),
            addedAt: WallTime(milliseconds: try row.decode(forColumn: "added_at_ms")))
    }
}
