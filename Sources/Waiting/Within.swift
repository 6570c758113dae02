/// Runs `body` for at most `limit` and gives its value, or `nil` if it was cut short.
///
/// `body` must end when it is cancelled.
package func within<Value: Sendable, Failure: Error>(
    _ limit: Duration, _ clock: any Clock<Duration>,
    _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value? {
    // ignored: only cancellation ends a sleep early
    try await cutShort(by: { try? await clock.sleep(for: limit) }, body)
}

/// Runs `body` until `end` returns and gives its value, or `nil` if it was cut short.
///
/// Both must end when they are cancelled.
package func cutShort<Value: Sendable, Failure: Error>(
    by end: @escaping @Sendable () async -> Void,
    _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value? {
    let outcome = await withTaskGroup(of: Result<Value, Failure>?.self) { group in
        group.addTask {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        group.addTask {
            await end()
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
    return try outcome?.get()
}
