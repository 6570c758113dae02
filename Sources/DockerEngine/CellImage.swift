import Hardening
package import Ports

/// The image that holds the cell and nothing else, made from the program beside ours.
package struct CellImage: Sendable {
    private let program: OwnProgram

    /// Reads the cell from `path`.
    ///
    /// - Throws: ``EngineError/cellUnavailable(reason:)`` if there is none, or it is linked to libraries that no image has.
    package init(cellPath path: String) throws(EngineError) {
        do throws(OwnProgram.Unusable) { program = try OwnProgram(path: path) } catch {
            throw .cellUnavailable(reason: error.reason)
        }
    }

    /// `sha256:…` of the cell's bytes.
    var cellDigest: String { program.digest }
    /// Bytes of the cell's program.
    var size: Int { program.size }

    /// The image itself: made only when an installation needs its cell for the first time.
    func archive() throws(EngineError) -> ImageArchive {
        do throws(OwnProgram.Unusable) {
            return try program.archive(tag: program.tag("cell"), at: ContainerPlan.cellPath)
        } catch {
            throw .cellUnavailable(reason: error.reason)
        }
    }
}
