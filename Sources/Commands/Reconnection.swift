import Model

/// Goes on with another daemon when the one that was asked has gone: what jobs do outlives it.
struct Reconnection {
    /// Finds the daemon again, or starts another one.
    let reconnect: @Sendable () async throws -> Void

    /// How often in a row a daemon that is gone is looked for again.
    private static let most = 5

    /// Calls `body`, again if the daemon went away meanwhile.
    func call<Value>(_ body: () async throws -> Value) async throws -> Value {
        var tries = 0
        while true {
            do {
                return try await body()
            } catch let error as any UserFacingError
                where [.daemonUnreachable, .daemonStopping].contains(error.code) && tries < Self.most
            {
                tries += 1
                try await reconnect()
            }
        }
    }
}
