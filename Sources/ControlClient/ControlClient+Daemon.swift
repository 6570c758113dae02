package import ControlWire
import CurlHTTP

/// What is asked of the daemon about itself and its database.
extension ControlClient {
    /// Looks whether the database is sound, however long that takes.
    package func checkStore() async throws -> StoreCheckView {
        try Self.value(try await send(request(.get, "/db/check", total: nil)))
    }

    /// Hands out a copy of the database, piece by piece; one that is cut short is an error.
    package func backup(_ take: ([UInt8]) async throws -> Void) async throws {
        try await call(true, "/db/backup", body: nil, take)
    }

    /// Asks the daemon to end; it does so after it has answered.
    package func stop(_ ask: StopAsk) async throws -> StopView { try await post("/daemon/stop", ask) }
}
