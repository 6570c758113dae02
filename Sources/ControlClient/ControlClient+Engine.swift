package import ControlWire

/// The daemon's engine.
extension ControlClient {
    package func engine() async throws -> EngineView { try await get("/engine") }

    package func containers() async throws -> [ContainerView] { try await get("/engine/containers") }

    /// Time for a round: it removes containers one by one.
    private static let reapLimit = Duration.seconds(300)

    package func reap() async throws -> ReapView {
        try await post("/engine/reap", [String: String](), total: Self.reapLimit)
    }
}
