/// What people may ask of the daemon about its database, as the control API passes it on: it goes on working meanwhile.
package protocol StoreDesk: Sendable {
    /// What does not fit together in the database, in sentences; nothing of a sound one.
    func check() async throws -> [String]
    /// A whole copy of the database as it is now, in a file without a name.
    func backup() async throws -> any ArchiveBytes
}
