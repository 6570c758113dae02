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
        do throws(OwnProgram.Unusable) {
            let program = try OwnProgram(path: path)
            tag = program.tag("probe")
            archive = try program.archive(tag: tag, at: Self.programPath)
            id = archive.id
        } catch {
            throw .probeUnavailable(reason: error.reason)
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
