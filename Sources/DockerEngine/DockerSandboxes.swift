package import Hardening
package import Model
package import Ports
import Waiting

/// Sandboxes made of Docker containers.
package struct DockerSandboxes: SandboxEngine {
    private let client: EngineClient
    private let images: any ImageReader
    private let installation: InstallationID
    private let volume: CellVolume
    private let clock: any Clock<Duration>

    package init(
        client: EngineClient, store: any JobStore, images: any ImageReader, installation: InstallationID,
        cell: CellImage, ids: any IDSource, wallClock: any WallClock, clock: any Clock<Duration>
    ) throws(HardeningError) {
        (self.client, self.images, self.installation, self.clock) = (client, images, installation, clock)
        volume = CellVolume(
            client: client, store: store, installation: installation, image: cell,
            profile: try ProfileSet.builtIn.profile(named: "strict"), ids: ids, wallClock: wallClock, clock: clock)
    }

    package func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        try await underClock(.pull, limit: limit, clock) { () async throws(EngineError) in try await pin(image: name) }
    }

    private func pin(image name: String) async throws(EngineError) -> PinnedImage {
        // A name that was added means the image it was added for; any other is one of our own. A reference is never a name.
        let word = ImageName(ifName: name)
        let added = try await record(of: word)
        let reference = added?.imageID ?? word?.localReference ?? name
        guard !name.isEmpty, let image = try await client.inspectImage(reference) else {
            if let added { throw .imageGone(name: name, id: added.imageID, source: added.source) }
            throw .imageNotFound(name: name)
        }
        if let reason = ImageCheck.refusal(image) { throw .imageRefused(name: name, reason: reason) }
        guard let id = image["Id"]?.stringValue else {
            throw .protocolViolation(call: "GET /images/{name}/json", detail: "an image without an id")
        }
        return PinnedImage(id: id, name: name)
    }

    private func record(of name: ImageName?) async throws(EngineError) -> ImageRecord? {
        guard let name else { return nil }
        do throws(StoreError) { return try await images.image(name) } catch { throw .store(error) }
    }

    package func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        // Again, by id: what was pinned may have been removed since, and its environment has to be taken out.
        let found = try await underClock(.pull, limit: request.spec.limits.pull, clock) {
            () async throws(EngineError) in try await client.inspectImage(request.spec.imageID)
        }
        guard let image = found else { throw .imageNotFound(name: request.spec.imageName) }
        if let reason = ImageCheck.refusal(image) { throw .imageRefused(name: request.spec.imageName, reason: reason) }
        let words = SandboxWords(installation, request, cellVolume: try await volume.name())
        let plan = ContainerPlan(
            words, imageID: request.spec.imageID, imageEnvironmentNames: ImageCheck.environmentNames(image),
            profile: request.profile, limits: request.spec.limits)
        let created: EngineClient.Created
        do throws(EngineError) {
            created = try await make(plan)
        } catch {
            switch error {
            case .refused(_, 404, _):  // removed since it was looked at
                throw .imageNotFound(name: request.spec.imageName)
            case .unreachable, .timedOut, .protocolViolation, .refused(_, 500..., _):
                // It may have been made, and the answer lost, or not be about it.
                try? await client.removeContainer(plan.name)  // ignored: what stays is found by its row
                throw error
            default: throw error
            }
        }
        do throws(EngineError) {
            let posture = try await ContainerCheck.run(client: client, created: created, plan: plan)
            return DockerSandbox(
                client: client, containerID: created.id, plan: plan, posture: posture,
                frameKey: request.frameKey, clock: clock)
        } catch {
            await volume.invalidate()
            // By the name, which is ours: the id is only what this engine said.
            try await client.removeContainer(plan.name)
            throw error
        }
    }

    /// Creates the container.
    ///
    /// One that stands under its name already is left over from a create whose answer was lost: it never ran, and it is
    /// made anew if its labels are ours.
    private func make(_ plan: ContainerPlan) async throws(EngineError) -> EngineClient.Created {
        do throws(EngineError) {
            return try await client.createContainer(name: plan.name, body: plan.createBody)
        } catch {
            guard case .refused(_, 409, _) = error, let found = try await client.inspectContainer(plan.name),
                Labels.ours(found["Config"]?["Labels"]) == plan.labels,
                found["State"]?["Status"] == "created", let id = found["Id"]?.stringValue
            else { throw error }
            try await client.removeContainer(id)
            return try await client.createContainer(name: plan.name, body: plan.createBody)
        }
    }

    package func adopt(_ adoption: Adoption) -> any Sandbox {
        DockerSandbox(client: client, adoption, clock: clock)
    }

    package func sightings() async throws(EngineError) -> [SandboxSighting] {
        let prefix = SandboxName.prefix(installation)
        return try await client.listContainers(label: Labels.installation, value: "\(installation)").compactMap {
            found in
            guard let name = found.names.first?.dropFirst(), name.hasPrefix(prefix) else { return nil }
            return SandboxSighting(
                containerID: found.id, name: String(name), attempt: Self.attempt(found.labels ?? [:]),
                isRunning: !Self.restingStates.contains(found.state ?? ""))
        }
    }

    /// What the engine calls a container in which nothing runs; any other word may mean that something does.
    private static let restingStates: Set = ["created", "exited", "dead"]

    static func attempt(_ labels: [String: String]) -> AttemptID? {
        guard let job = try? JobID(labels[Labels.job] ?? ""),  // ignored: a filler has no job
            let number = Int(labels[Labels.attempt] ?? "")
        else { return nil }
        return AttemptID(job: job, number: number)
    }

    package func removeStale() async throws(EngineError) { try await volume.removeOthers() }

    package func remove(_ sighting: SandboxSighting) async throws(EngineError) {
        try await client.removeContainer(sighting.containerID)
    }
}
