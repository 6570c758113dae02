import CCell
import CellWire
import Glibc

/// Reads the result file, the artifacts and the changed files when every process of the tool is gone, piece by piece as there
/// is room.
///
/// No link is followed at any place of a path, and only regular files are read.
struct FileCollector {
    private static let pieceSize = 64 << 10
    private let folderFD: Int32
    private let resultCap: Int
    private var artifactsLeft: Int
    private var steps: ArraySlice<CollectionPlan.Step>
    private var current: (fd: Int32, missing: Int)?

    /// - Parameter written: the input files, if changes are collected.
    init(folder: String, spec: CellSpec, written: [String: WrittenFile] = [:]) {
        let fd = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        folderFD = fd
        (resultCap, artifactsLeft) = (spec.resultCap, spec.artifactsCap)
        let files = Dictionary(written.map { (Array($0.key.utf8), $0.value) }, uniquingKeysWith: { _, last in last })
        let plan = CollectionPlan(
            spec, walk: { FolderWalk(fd) }, written: files,
            isUntouched: { path, file in Self.checksum(of: path, in: fd) == file.checksum })
        steps = plan.steps[...]
    }

    /// The next piece of the files channel, at most `count` bytes of a file; `nil` when everything has been said.
    mutating func next(count: Int) -> [UInt8]? {
        guard let (fd, missing) = current else { return steps.popFirst().map { say($0).message.encoded } }
        guard case .bytes(let bytes) = Kernel.read(fd, count: min(missing, count)) else {
            // No process is left that could shorten a file. If the kernel lost it all the same, the channel ends in its
            // middle, which its reader sees: bytes are never made up.
            steps = []
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

    private mutating func say(_ step: CollectionPlan.Step) -> FileMessage {
        switch step {
        case .result(let path): return begin(path, cap: resultCap, isArtifact: false)
        case .artifact(let path): return begin(path, cap: artifactsLeft, isArtifact: true)
        case .problem(let path, let problem): return .problem(path: CollectionPlan.text(of: path), problem)
        case .change(let path, let change): return .change(path: CollectionPlan.text(of: path), change)
        }
    }

    private mutating func begin(_ path: [UInt8], cap: Int, isArtifact: Bool) -> FileMessage {
        let text = CollectionPlan.text(of: path)
        let fd = Kernel.openBeneath(folderFD, path)
        guard fd >= 0 else { return .problem(path: text, problem(errno, path)) }
        var status = stat()
        guard unsafe fstat(fd, &status) == 0 else {
            close(fd)
            return .problem(path: text, .unreadable)
        }
        if let problem = FolderWalk.problem(of: status.st_mode) {
            close(fd)
            return .problem(path: text, problem)
        }
        let size = Int(status.st_size)
        guard size <= cap else {
            close(fd)
            return .problem(path: text, .tooLarge)
        }
        if isArtifact { artifactsLeft -= size }
        finish(fd, missing: size)
        return .begin(path: text, size: size)
    }

    private func problem(_ error: Int32, _ path: [UInt8]) -> FileMessage.Problem {
        switch error {
        case ENOENT, ENOTDIR: .missing
        case ELOOP, EXDEV: .link
        // A socket, or a device without a driver, cannot be opened at all.
        case ENXIO: Kernel.status(beneath: folderFD, path).flatMap { FolderWalk.problem(of: $0.st_mode) } ?? .notAFile
        default: .unreadable
        }
    }

    private static func checksum(of path: [UInt8], in folderFD: Int32) -> UInt32? {
        let fd = Kernel.openBeneath(folderFD, path)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var checksum = CRC32C()
        while case .bytes(let bytes) = Kernel.read(fd, count: pieceSize) { checksum.update(bytes) }
        return checksum.value
    }
}
