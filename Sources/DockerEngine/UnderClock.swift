import Ports
import Waiting

/// Runs a part of a job's preparation under the clock that limits it.
///
/// - Throws: what `body` throws; ``EngineError/clockRanOut(_:limit:)``; ``EngineError/interrupted`` if this task was cancelled.
func underClock<Value: Sendable>(
    _ name: EngineError.Clock, limit: Duration, _ clock: any Clock<Duration>,
    _ body: @escaping @Sendable () async throws(EngineError) -> Value
) async throws(EngineError) -> Value {
    if let value = try await within(limit, clock, body) { return value }
    throw Task.isCancelled ? .interrupted : .clockRanOut(name, limit: limit)
}
