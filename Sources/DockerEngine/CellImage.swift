import FoundationEssentials
import Hardening
package import Ports

/// The image that holds the cell and nothing else, made from the program beside ours.
package struct CellImage: Sendable {
    /// `sha256:…` of the cell's bytes.
    let cellDigest: String
    private let content: [UInt8]

    /// Reads the cell from `path`.
    ///
    /// - Throws: ``EngineError/cellUnavailable(reason:)`` if there is none, or it is linked to libraries that no image has.
    package init(cellPath path: String) throws(EngineError) {
        let content: [UInt8]
        do {
            content = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .cellUnavailable(reason: "there is no \(path)")
        }
        guard content.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw .cellUnavailable(reason: "\(path) is not a program")
        }
        (self.content, cellDigest) = (content, ContentDigest.of(content))
    }

    /// Bytes of the cell's program.
    var size: Int { content.count }

    /// The image itself: made only when an installation needs its cell for the first time.
    func archive() throws(EngineError) -> ImageArchive {
        do {
            return try ImageArchive(
                tag: "caisson/cell:\(cellDigest.dropFirst("sha256:".count).prefix(12))",
                files: [(ContainerPlan.cellPath, content)], user: "\(ContainerPlan.userID):\(ContainerPlan.userID)")
        } catch {
            throw .cellUnavailable(reason: "\(error)")
        }
    }
}
