package import Model
import Ports

/// Removes what an installation has in an engine, when it is given up.
///
/// What is removed has our name grammar and our labels, and, if it is an attempt's, is known to the installation: labels alone can come
/// from a foreign image.
package struct EngineCleaner: Sendable {
    /// What was removed, and what could not be.
    package struct Result: Sendable, Hashable {
        package var containers = 0
        package var volumes = 0
        package var images = 0
        /// Names of what carries our labels and was left alone.
        package var left: [String] = []
    }

    /// Images that we load ourselves; those of `Scripts/images` belong to whoever has built them.
    private static let imagePrefixes = ["caisson/cell:", "caisson/probe:"]

    private let client: EngineClient
    private let installation: InstallationID

    package init(client: EngineClient, installation: InstallationID) {
        (self.client, self.installation) = (client, installation)
    }

    /// Removes containers, then volumes, then, if no other installation is left in the engine, our images.
    ///
    /// - Parameters:
    ///   - takesImages: without it, images stay in any case.
    ///   - knows: whether an attempt is one of the installation's.
    package func clean(takesImages: Bool = true, knows: (AttemptID) async throws -> Bool) async throws -> Result {
        var result = Result()
        let prefix = SandboxName.prefix(installation)
        for found in try await client.listContainers(label: Labels.installation, value: "\(installation)") {
            let name = String(found.names.first?.dropFirst() ?? "")
            guard try await isOurs(name, prefix, found.labels ?? [:], knows) else {
                result.left.append(name)
                continue
            }
            try await client.removeContainer(found.id)
            result.containers += 1
        }
        for name in try await client.listVolumes(label: Labels.installation, value: "\(installation)") {
            guard name.hasPrefix("\(prefix)cell-") else {
                result.left.append(name)
                continue
            }
            try await client.removeVolume(name)
            // One that is mounted stays, which is no error of the call.
            if try await client.inspectVolume(name) == nil { result.volumes += 1 } else { result.left.append(name) }
        }
        if takesImages { result.images = try await removeImages() }
        return result
    }

    private func isOurs(
        _ name: String, _ prefix: String, _ labels: [String: String], _ knows: (AttemptID) async throws -> Bool
    ) async throws -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        if labels[Labels.role] == Labels.fillerRole { return name.hasPrefix("\(prefix)cell-") }
        guard let attempt = DockerSandboxes.attempt(labels), name == SandboxName.container(installation, attempt) else {
            return false
        }
        return try await knows(attempt)
    }

    /// Our images serve all installations of an engine: they go with the last one.
    private func removeImages() async throws(EngineError) -> Int {
        guard try await client.listContainers(label: Labels.installation).isEmpty,
            try await client.listVolumes(label: Labels.installation).isEmpty
        else { return 0 }
        let tags = try await client.listImages().flatMap { $0.tags ?? [] }
        let ours = tags.filter { tag in Self.imagePrefixes.contains { tag.hasPrefix($0) } }
        for tag in ours { try await client.removeImage(tag: tag) }
        return ours.count
    }
}
