import FoundationEssentials
import Hardening

/// A static program of ours that goes into an image of its own.
///
/// Its bytes are not kept: there are ten million, and an engine needs them once.
struct OwnProgram {
    struct Unusable: Error { let reason: String }

    private let path: String
    let size: Int
    /// `sha256:…` of its bytes.
    let digest: String

    init(path: String) throws(Unusable) {
        let content = try Self.content(of: path)
        guard content.starts(with: Self.magic) else { throw Unusable(reason: "\(path) is not a program") }
        (self.path, size, digest) = (path, content.count, ContentDigest.of(content))
    }

    private static func content(of path: String) throws(Unusable) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Unusable(reason: "there is no \(path)")
        }
    }

    /// How an ELF file begins.
    private static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    /// `caisson/NAME:` and the beginning of the program's digest.
    func tag(_ name: String) -> String { "caisson/\(name):\(digest.dropFirst("sha256:".count).prefix(12))" }

    /// The image that holds this program at `place`, and nothing else.
    func archive(tag: String, at place: String) throws(Unusable) -> ImageArchive {
        let content = try Self.content(of: path)
        guard ContentDigest.of(content) == digest else {
            throw Unusable(reason: "\(path) is another program than when this process began; start it again")
        }
        do {
            return try ImageArchive(
                tag: tag, files: [(place, content)], user: "\(ContainerPlan.userID):\(ContainerPlan.userID)")
        } catch {
            throw Unusable(reason: "\(error)")
        }
    }
}
