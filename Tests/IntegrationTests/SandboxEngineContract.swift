import CellWire
import Hardening
import Model
import Ports
import TestSupport
import Testing

/// What every ``SandboxEngine`` has to keep to, whatever its sandboxes are made of: containers, names and what is left.
@Suite("SandboxEngine contract", .tags(.docker))
struct SandboxEngineContract {
    @Test(
        "an image we have is pinned to an id; one that nobody has is named in the error", arguments: EngineKind.allCases
    )
    func pin(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let image = try await fixture.engine.pin(image: "shell", within: .seconds(60))
            #expect(image.name == "shell")
            #expect(image.id.hasPrefix("sha256:"))
            #expect(try await fixture.engine.pin(image: "shell", within: .seconds(60)) == image)
            for name in ["no-such-image", ""] {
                await #expect(throws: EngineError.imageNotFound(name: name)) {
                    try await fixture.engine.pin(image: name, within: .seconds(60))
                }
            }
        }
    }

    @Test(
        "a sandbox can be seen from its creation to its removal, under its name and attempt",
        arguments: EngineKind.allCases)
    func sighting(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            #expect(try await fixture.engine.sightings() == [])
            let request = try await fixture.request()
            let sandbox = try await fixture.engine.create(request)
            var wanted = SandboxSighting(
                containerID: sandbox.containerID, name: request.containerName, attempt: request.attempt,
                isRunning: false)
            #expect(try await fixture.engine.sightings() == [wanted])
            #expect(sandbox.posture != .null)
            _ = try await sandbox.start(spools: try await fixture.open(request.attempt))
            wanted.isRunning = true
            #expect(try await fixture.engine.sightings() == [wanted])
            let mayHaveRun = await sandbox.toolMayHaveRun
            #expect(!mayHaveRun, "nothing has run when the start is over")
            try await sandbox.remove()
            #expect(try await fixture.engine.sightings() == [])
        }
    }

    @Test("one that was stopped stays, with nothing running in it, until it is removed", arguments: EngineKind.allCases)
    func stopped(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.withSandbox { sandbox, output in
                #expect(try await sandbox.work(fixture.order(["false"])).record.exitCode == 1)
                #expect(try await sandbox.stop())
                let seen = try await fixture.engine.sightings()
                #expect(seen.map(\.containerID) == [sandbox.containerID])
                #expect(seen.map(\.isRunning) == [false])
                try await sandbox.remove()
                #expect(try await fixture.engine.sightings() == [])
                let isThere = try await sandbox.stop()
                #expect(!isThere)
            }
        }
    }

    @Test("removing is no error when the container is gone, whoever removed it", arguments: EngineKind.allCases)
    func removeTwice(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let sandbox = try await fixture.engine.create(try await fixture.request())
            let sighting = try #require(try await fixture.engine.sightings().first)
            for _ in 0..<2 { try await fixture.engine.remove(sighting) }
            for _ in 0..<2 { try await sandbox.remove() }
            #expect(try await fixture.engine.sightings() == [])
        }
    }

    @Test("a repeated create takes the place of its own container that never ran", arguments: EngineKind.allCases)
    func repeatedCreate(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let request = try await fixture.request()
            let first = try await fixture.engine.create(request)
            let second = try await fixture.engine.create(request)
            #expect(first.containerID != second.containerID)
            #expect(try await fixture.engine.sightings().map(\.containerID) == [second.containerID])
            _ = try await second.start(spools: try await fixture.open(request.attempt))
            await #expect(throws: EngineError.self) { try await fixture.engine.create(request) }
            #expect(try await fixture.engine.sightings().map(\.containerID) == [second.containerID])
            try await second.remove()
        }
    }

    @Test(
        "an image that was removed after it was pinned is not found, and leaves no container",
        arguments: EngineKind.allCases)
    func removedImage(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let request = try await fixture.request(imageID: "sha256:" + String(repeating: "0", count: 64))
            await #expect(throws: EngineError.imageNotFound(name: "shell")) { try await fixture.engine.create(request) }
            #expect(try await fixture.engine.sightings() == [])
        }
    }

    @Test("a sandbox whose container is gone cannot be started", arguments: EngineKind.allCases)
    func removedBeforeStart(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let request = try await fixture.request()
            let sandbox = try await fixture.engine.create(request)
            let sighting = try #require(try await fixture.engine.sightings().first)
            try await fixture.engine.remove(sighting)
            let spools = try await fixture.open(request.attempt)
            await #expect(throws: EngineError.self) { try await sandbox.start(spools: spools) }
            let mayHaveRun = await sandbox.toolMayHaveRun
            #expect(!mayHaveRun)
        }
    }

    @Test("what is stale can be removed at any time, and takes nothing that is in use", arguments: EngineKind.allCases)
    func stale(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.withSandbox { sandbox, output in
                try await fixture.engine.removeStale()
                #expect(try await sandbox.work(fixture.order(["true"])).record.exitCode == 0)
            }
        }
    }
}
