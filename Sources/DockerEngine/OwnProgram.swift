import FoundationEssentials
import Hardening

/// A static program of ours that goes into an image of its own.
struct OwnProgram {
    struct Unusable: Error { let reason: String }

    let content: [UInt8]
    /// `sha256:…` of its bytes.
    let digest: String

    /// Reads it from `path`.
    init(path: String) throws(Unusable) {
        do {
            content = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Unusable(reason: "there is no \(path)")
        }
        guard content.starts(with: Self.magic) else { throw Unusable(reason: "\(path) is not a program") }
        digest = ContentDigest.of(content)
    }

    /// How an ELF file begins.
    private static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    /// `caisson/NAME:` and the beginning of the program's digest.
    func tag(_ name: String) -> String { "caisson/\(name):\(digest.dropFirst("sha256:".count).prefix(12))" }

    /// The image that holds this program at `place`, and nothing else.
    func archive(tag: String, at place: String) throws(Unusable) -> ImageArchive {
        do {
            return try ImageArchive(
                tag: tag, files: [(place, content)], user: "\(ContainerPlan.userID):\(ContainerPlan.userID)")
        } catch {
            throw Unusable(reason: "\(error)")
        }
    }
}
