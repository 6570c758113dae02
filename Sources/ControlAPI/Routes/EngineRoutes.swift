import ControlWire
package import Ports

/// The engine, what we have in it, and its clearing up.
package struct EngineRoutes: RouteGroup {
    private let desk: any EngineDesk

    package init(desk: any EngineDesk) { self.desk = desk }

    package var routes: [Route] {
        [
            .get("/engine") { _ in try .json(await desk.engine()) },
            .get("/engine/containers") { _ in try .json(try await desk.containers()) },
            // Its end is the engine's to say; a daemon that stops does not wait for it.
            .post("/engine/reap", kind: .long) { _ in try .json(try await desk.reap()) },
        ]
    }
}
