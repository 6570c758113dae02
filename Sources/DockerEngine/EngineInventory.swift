package import Model
package import Ports

/// What carries our labels in an engine, of any installation; looked at, and removed piece by piece when it is asked for.
///
/// Labels can come from a foreign image: what is ``Container/isOurs`` has our name grammar as well.
package struct EngineInventory: Sendable {
    package struct Container: Sendable, Hashable {
        package let id: String
        package let name: String
        /// As the label says.
        package let installation: String
        /// `nil` of one that brings the cell into its volume.
        package let attempt: AttemptID?
        /// In the engine's words, as in `running`.
        package let state: String
        package let createdAt: WallTime
        /// Whether its name is the one that we would have given it.
        package let isOurs: Bool
    }

    package struct Volume: Sendable, Hashable {
        package let name: String
        package let installation: String
        package let isOurs: Bool
    }

    private let client: EngineClient

    package init(_ client: EngineClient) { self.client = client }

    package func info() async throws(EngineError) -> EngineInfo { try await client.info(try await client.negotiate()) }

    /// All that carry the label of an installation, of this one if one is named; by name.
    package func containers(of installation: InstallationID? = nil) async throws(EngineError) -> [Container] {
        let listed = try await client.listContainers(
            label: Labels.installation, value: installation.map { "\($0)" })
        return listed.map(Container.init).sorted { $0.name < $1.name }
    }

    package func volumes() async throws(EngineError) -> [Volume] {
        try await client.listVolumes(label: Labels.installation).compactMap { volume in
            guard let name = volume["Name"]?.stringValue,
                let installation = volume["Labels"]?[Labels.installation]?.stringValue
            else { return nil }
            return Volume(
                name: name, installation: installation,
                isOurs: Container.isOurs(name, Labels.fillerRole, installation, nil))
        }.sorted { $0.name < $1.name }
    }

    /// Removes a container, running or not; no error if it is gone.
    package func remove(_ container: Container) async throws(EngineError) {
        try await client.removeContainer(container.id)
    }

    /// - Returns: whether it is gone; one that is mounted stays.
    package func remove(_ volume: Volume) async throws(EngineError) -> Bool {
        try await client.removeVolume(volume.name)
        return try await client.inspectVolume(volume.name) == nil
    }

    /// Removes the images of cells that no container uses: whoever needs one again loads it.
    ///
    /// - Returns: how many tags are gone.
    package func removeCellImages() async throws(EngineError) -> Int {
        let tags = try await client.listImages().flatMap { $0.tags ?? [] }.filter { $0.hasPrefix("caisson/cell:") }
        var removed = 0
        for tag in tags {
            do throws(EngineError) {
                try await client.removeImage(tag: tag)
                removed += 1
            } catch {
                guard case .refused(_, 409, _) = error else { throw error }
            }
        }
        return removed
    }
}

extension EngineInventory.Container {
    init(_ found: EngineClient.Listed) {
        let labels = found.labels ?? [:]
        (id, name) = (found.id, String(found.names.first?.dropFirst() ?? ""))
        (installation, attempt) = (labels[Labels.installation] ?? "", DockerSandboxes.attempt(labels))
        state = found.state ?? "unknown"
        createdAt = WallTime(milliseconds: (found.created ?? 0).multipliedReportingOverflow(by: 1000).partialValue)
        isOurs = Self.isOurs(name, labels[Labels.role], installation, attempt)
    }

    static func isOurs(_ name: String, _ role: String?, _ installation: String, _ attempt: AttemptID?) -> Bool {
        // ignored: no installation has such an id
        guard let id = try? InstallationID(installation) else { return false }
        if let attempt { return name == SandboxName.container(id, attempt) }
        return role == Labels.fillerRole && name.hasPrefix("\(SandboxName.prefix(id))cell-")
    }
}
