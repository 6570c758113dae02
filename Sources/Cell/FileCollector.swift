import CCell
import CellWire
import Glibc

/// Reads the result file and the artifacts when every process of the tool is gone, piece by piece as there is room.
///
/// No link is followed at any place of a path, and only regular files are read.
struct FileCollector {
    private struct Wish {
        let path: String
        let cap: Int
        /// Whether the file's bytes count against what all artifacts may take together.
        let isArtifact: Bool
    }

    private let folderFD: Int32
    private var wishes: ArraySlice<Wish>
    private var artifactsLeft: Int
    private var current: (fd: Int32, missing: Int)?

    init(folder: String, spec: CellSpec) {
        folderFD = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        artifactsLeft = spec.artifactsCap
        var wishes = spec.artifactPaths.map { Wish(path: $0, cap: spec.artifactsCap, isArtifact: true) }
        if !spec.resultPath.isEmpty {
            wishes.insert(Wish(path: spec.resultPath, cap: spec.resultCap, isArtifact: false), at: 0)
        }
        self.wishes = wishes[...]
    }

    /// The next piece of the files channel, at most `count` bytes of a file; `nil` when everything has been said.
    mutating func next(count: Int) -> [UInt8]? {
        guard let (fd, missing) = current else { return wishes.popFirst().map { begin($0).message.encoded } }
        guard case .bytes(let bytes) = Kernel.read(fd, count: min(missing, count)) else {
            // No process is left that could shorten a file. If the kernel lost it all the same, the channel ends in its
            // middle, which its reader sees: bytes are never made up.
            wishes = []
            finish(fd, missing: 0)
            return nil
        }
        finish(fd, missing: missing - bytes.count)
        return bytes
    }

    private mutating func finish(_ fd: Int32, missing: Int) {
        current = missing > 0 ? (fd, missing) : nil
        if missing == 0 { close(fd) }
    }

    private mutating func begin(_ wish: Wish) -> FileMessage {
        let fd = unsafe caisson_cell_open_beneath(folderFD, wish.path)
        guard fd >= 0 else { return .problem(path: wish.path, problem(errno)) }
        var status = stat()
        guard unsafe fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(fd)
            return .problem(path: wish.path, .notAFile)
        }
        let size = Int(status.st_size)
        guard size <= (wish.isArtifact ? artifactsLeft : wish.cap) else {
            close(fd)
            return .problem(path: wish.path, .tooLarge)
        }
        if wish.isArtifact { artifactsLeft -= size }
        finish(fd, missing: size)
        return .begin(path: wish.path, size: size)
    }

    private func problem(_ error: Int32) -> FileMessage.Problem {
        switch error {
        case ENOENT, ENOTDIR: .missing
        case ELOOP, EXDEV: .link
        case ENXIO: .notAFile
        default: .unreadable
        }
    }
}
