import DockerEngine
package import Model
import Ports

/// Finds what installations that nobody works with have left in an engine, and removes it when that is wanted.
package struct EngineReaper: Sendable {
    /// What is found, and what of it can be removed.
    package struct Findings: Sendable, Hashable {
        package struct Thing: Sendable, Hashable {
            package enum Kind: String, Sendable { case container, volume }
            package let kind: Kind
            package let name: String
            package let installation: String
            /// Of a container, in the engine's words.
            package let state: String?
            package let createdAt: WallTime?
        }

        /// Under our labels and names, of installations that nobody works with on this machine.
        package var abandoned: [Thing] = []
        /// With our labels, but not a name that we would have given: never touched.
        package var foreign: [Thing] = []
        /// Of installations that somebody works with, by the process.
        package var kept: [String: Int] = [:]

        package init() {}
    }

    package struct Removed: Sendable, Hashable {
        package var containers = 0
        package var volumes = 0
    }

    private let inventory: EngineInventory
    private let live: @Sendable () async throws -> LiveInstallations

    init(_ inventory: EngineInventory, live: @escaping @Sendable () async throws -> LiveInstallations) {
        (self.inventory, self.live) = (inventory, live)
    }

    package static func use<Value>(
        _ configuration: InstanceConfiguration, _ body: (EngineReaper) async throws -> Value
    ) async throws -> Value {
        let client = try EngineClient(address: configuration.engine)
        let result: Result<Value, any Error>
        do {
            try await client.negotiate()
            result = .success(
                try await body(EngineReaper(EngineInventory(client), live: { try await LiveInstallations.find() })))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    package func look() async throws -> Findings { try await survey().findings }

    /// Removes what is abandoned now, of what was found before: whoever has begun to work since keeps what is theirs.
    package func remove(_ wanted: [Findings.Thing]) async throws -> Removed {
        let (names, now) = (Set(wanted), try await survey())
        var removed = Removed()
        for (thing, container) in now.containers where names.contains(thing) {
            try await inventory.remove(container)
            removed.containers += 1
        }
        for (thing, volume) in now.volumes where names.contains(thing) {
            if try await inventory.remove(volume) { removed.volumes += 1 }
        }
        return removed
    }

    /// Removes the images of cells that no container uses.
    ///
    /// - Returns: how many.
    package func removeCellImages() async throws -> Int { try await inventory.removeCellImages() }

    private struct Survey {
        var findings = Findings()
        var containers: [(thing: Findings.Thing, container: EngineInventory.Container)] = []
        var volumes: [(thing: Findings.Thing, volume: EngineInventory.Volume)] = []
    }

    /// The engine is looked at first: an installation that begins after that has nothing among what is found.
    private func survey() async throws -> Survey {
        let (containers, volumes) = (try await inventory.containers(), try await inventory.volumes())
        let live = try await live()
        var survey = Survey()
        for container in containers {
            let thing = Findings.Thing(
                kind: .container, name: container.name, installation: container.installation, state: container.state,
                createdAt: container.createdAt)
            if sort(thing, container.isOurs, live, &survey.findings) { survey.containers.append((thing, container)) }
        }
        for volume in volumes {
            let thing = Findings.Thing(
                kind: .volume, name: volume.name, installation: volume.installation, state: nil, createdAt: nil)
            if sort(thing, volume.isOurs, live, &survey.findings) { survey.volumes.append((thing, volume)) }
        }
        return survey
    }

    /// - Returns: whether it is abandoned.
    private func sort(
        _ thing: Findings.Thing, _ isOurs: Bool, _ live: LiveInstallations, _ findings: inout Findings
    ) -> Bool {
        guard isOurs else {
            findings.foreign.append(thing)
            return false
        }
        if let pid = live.processes[thing.installation] {
            findings.kept[thing.installation] = pid
            return false
        }
        findings.abandoned.append(thing)
        return true
    }
}
