import FoundationEssentials
import Hardening
import Model
package import Ports

/// The image that holds the prober and nothing else, made from the program beside ours.
package struct ProbeImage: Sendable {
    /// Its file in the image.
    package static let programPath = "/usr/local/bin/caisson-probe"
    /// `sha256:…` of the image.
    package let id: String
    /// `caisson/probe:` and the beginning of the program's digest.
    package let tag: String
    private let archive: ImageArchive

    /// Reads the program from `path`.
    ///
    /// - Throws: ``EngineError/probeUnavailable(reason:)`` if there is none.
    package init(programPath path: String) throws(EngineError) {
        do {
            let content = Array(try Data(contentsOf: URL(filePath: path)))
            tag = "caisson/probe:\(ContentDigest.of(content).dropFirst("sha256:".count).prefix(12))"
            archive = try ImageArchive(
                tag: tag, files: [(Self.programPath, content)], user: "\(ContainerPlan.userID):\(ContainerPlan.userID)")
            id = archive.id
        } catch {
            throw .probeUnavailable(reason: "there is no \(path)")
        }
    }

    /// Loads the image, unless the engine has it under its tag.
    ///
    /// - Throws: ``EngineError``, also if the engine makes another image of it.
    package func load(into client: EngineClient) async throws(EngineError) {
        if try await client.inspectImage(tag)?["Id"]?.stringValue == id { return }
        try await client.loadImage(archive: archive.bytes)
        guard try await client.inspectImage(tag)?["Id"]?.stringValue == id else {
            throw .probeUnavailable(reason: "the engine gave its image another id than \(id)")
        }
    }
}
