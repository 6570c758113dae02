package import ControlWire

/// What people may ask of the daemon about its engine, as the control API passes it on.
package protocol EngineDesk: Sendable {
    /// What the engine says of itself; one that cannot be reached is an answer, too.
    func engine() async -> EngineView
    /// The containers of this installation.
    func containers() async throws -> [ContainerView]
    /// Compares now what the engine has with what the rows say, and removes what is over.
    func reap() async throws -> ReapView
}
