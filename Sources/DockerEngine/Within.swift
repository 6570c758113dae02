/// Runs `body` for at most `limit` and gives its value, or `nil` if it was cut short.
///
/// `body` must end when it is cancelled.
func within<Value: Sendable>(
    _ limit: Duration, _ clock: any Clock<Duration>, _ body: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            try? await clock.sleep(for: limit)  // ignored: only cancellation ends a sleep early
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
