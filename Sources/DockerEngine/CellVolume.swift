import Crypto
import CurlHTTP
import Hardening
import Model
import Ports
import Waiting

/// Brings the cell into a volume that every sandbox mounts read-only, once for each installation and cell.
///
/// An empty volume is filled from the image that mounts it first, so a hostile image could become everybody's process 1.
/// Therefore a new name is made each time, our image alone mounts it while it is empty, and what then lies in it is read back
/// and compared; only after that is the name committed as usable. A volume that is missing or not as it was gets a new name,
/// never a refill.
actor CellVolume {
    private let client: EngineClient
    private let store: any JobStore
    private let installation: InstallationID
    private let image: CellImage
    private let profile: Profile
    private let ids: any IDSource
    private let wallClock: any WallClock
    private let clock: any Clock<Duration>
    /// One fill at a time; whoever comes meanwhile gets its outcome.
    private var filling: Task<Result<String, EngineError>, Never>?
    private var verified: String?

    init(
        client: EngineClient, store: any JobStore, installation: InstallationID, image: CellImage, profile: Profile,
        ids: any IDSource, wallClock: any WallClock, clock: any Clock<Duration>
    ) {
        (self.client, self.store, self.installation, self.image) = (client, store, installation, image)
        (self.profile, self.ids, self.wallClock, self.clock) = (profile, ids, wallClock, clock)
    }

    /// The name of the volume that holds the verified cell.
    func name() async throws(EngineError) -> String {
        if let verified { return verified }
        // A task of its own, not a child of the first caller: the others must not lose the volume when that one is cancelled.
        let task = filling ?? Task { await self.ensure() }
        filling = task
        let outcome = await task.value
        filling = nil
        let name = try outcome.get()
        verified = name
        return name
    }

    /// Forgets the volume: the next use looks at it again.
    func invalidate() { verified = nil }

    /// Removes this installation's cell volumes but the committed one; one that is still mounted stays for the next time.
    func removeOthers() async throws(EngineError) {
        let prefix = "\(SandboxName.prefix(installation))cell-"
        let names = try await client.listVolumes(label: Labels.installation, value: "\(installation)")
        let kept = try await committedVolume()
        // One that is being filled is neither committed nor stale; what was begun after the list is not on it.
        guard filling == nil else { return }
        for name in names where name.hasPrefix(prefix) && name != kept {
            try await client.removeVolume(name)
        }
    }

    private func ensure() async -> Result<String, EngineError> {
        do throws(EngineError) {
            if let known = try await committedVolume() { return .success(known) }
            return .success(try await fill())
        } catch {
            return .failure(error)
        }
    }

    /// The committed volume, if the engine still has it as we made it.
    private func committedVolume() async throws(EngineError) -> String? {
        let name: String?
        do {
            name = try await store.cellVolume(digest: image.cellDigest)
        } catch {
            throw .store(error)
        }
        guard let name, let volume = try await client.inspectVolume(name) else { return nil }
        // An option would make it something else than a folder of the engine's: a bind mount, or a file system from afar.
        let hasOptions = volume["Options"].map { $0 != .null && $0 != [:] } ?? false
        return volume["Driver"] == "local" && !hasOptions
            && volume["Labels"]?[Labels.installation] == .string("\(installation)") ? name : nil
    }

    private func fill() async throws(EngineError) -> String {
        let archive = try image.archive()
        if try await client.inspectImage(archive.id) == nil {
            try await client.loadImage(archive: archive.bytes)
            guard try await client.inspectImage(archive.id) != nil else {
                throw .cellUnavailable(reason: "the engine gave the cell's image another id than \(archive.id)")
            }
        }
        let name =
            "\(SandboxName.prefix(installation))cell-\(image.cellDigest.dropFirst(7).prefix(12))-\(ids.makeSuffix())"
        let labels = [Labels.installation: "\(installation)", Labels.role: Labels.fillerRole]
        try await client.createVolume(name: name, labels: labels)
        let plan = ContainerPlan(
            name: name, labels: labels, imageID: archive.id, imageEnvironmentNames: [], cellArguments: ["print"],
            cellVolume: name, fillsVolume: true, profile: profile, limits: profile.limits)
        let container = try await client.createContainer(name: name, body: plan.createBody)
        let found = await within(Self.patience, clock) { await self.printedDigest(container, plan: plan) }
        try await client.removeContainer(container.id)
        guard let found else {
            throw .timedOut(call: "the read-back of the cell's volume", limit: Self.patience)
        }
        guard try found.get() == image.cellDigest else {
            try await client.removeVolume(name)
            throw .cellUnavailable(reason: "the volume holds \(try found.get()), not the cell \(image.cellDigest)")
        }
        do {
            try await store.setCellVolume(name, digest: image.cellDigest, at: wallClock.now())
        } catch {
            throw .store(error)
        }
        return name
    }

    /// How long the program in the volume may take to print itself.
    private static let patience = Duration.seconds(60)

    /// The digest of what the volume holds, as the program in it prints its own file.
    private func printedDigest(
        _ container: EngineClient.Created, plan: ContainerPlan
    ) async -> Result<String, EngineError> {
        do throws(EngineError) {
            return .success(try await readBack(container, plan: plan))
        } catch {
            return .failure(error)
        }
    }

    private func readBack(
        _ container: EngineClient.Created, plan: ContainerPlan
    ) async throws(EngineError) -> String {
        try await ContainerCheck.run(client: client, created: container, plan: plan)
        // There are no credits here: the whole program may come before we have read its first byte.
        let bound = image.size + CurlClient.defaultInboundBoundBytes
        let stream = try await client.attach(container.id, inboundBound: bound)
        defer { stream.close() }
        try await client.startContainer(container.id)
        var demultiplexer = StreamDemultiplexer()
        var bytes: [UInt8] = []
        do {
            while let piece = try await stream.read() {
                for (stream, content) in try demultiplexer.push(piece) where stream == .stdout { bytes += content }
                guard bytes.count <= image.size else { break }
            }
        } catch {
            throw .cellUnavailable(reason: "the cell's volume could not be read back: \(error)")
        }
        return ContentDigest.of(bytes)
    }
}
