import CellWire
import Glibc

/// Writes the input files of a job into `/work`, before there is a tool that could interfere.
struct InputWriter {
    /// Why a file could not be written.
    struct Failure: Error {
        let detail: String
    }

    private let folder: String
    private var fd: Int32 = -1
    private var path = ""
    private var size = 0
    private var missing = 0
    private var checksum = CRC32C()
    /// Whether it is kept in mind what was written, so that changes can be told.
    var remembers = false
    /// The files that were written, by path, if it ``remembers``.
    private(set) var written: [String: WrittenFile] = [:]

    init(folder: String) { self.folder = folder }

    /// Whether a file has been begun and is not all there.
    var isInsideFile: Bool { missing > 0 }

    mutating func begin(path: String, size: Int, isExecutable: Bool) throws(Failure) {
        guard !isInsideFile else { throw Failure(detail: "\(self.path) is \(missing) bytes short") }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw Failure(detail: "\(path) does not lie beneath \(folder)")
        }
        for count in 1..<max(1, parts.count) {
            let parent = "\(folder)/\(parts[..<count].joined(separator: "/"))"
            guard unsafe mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw failure(parent) }
        }
        let mode: mode_t = isExecutable ? 0o755 : 0o644
        fd = unsafe open("\(folder)/\(path)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard fd >= 0 else { throw failure(path) }
        self.path = path
        (self.size, missing) = (size, size)
        checksum = CRC32C()
        closeIfComplete()
    }

    mutating func append(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= missing else { throw Failure(detail: "more bytes than \(path) has") }
        if let error = Kernel.writeAll(fd, bytes) { throw Failure(detail: "\(path): \(Kernel.message(error))") }
        missing -= bytes.count
        if remembers { checksum.update(bytes) }
        closeIfComplete()
    }

    private mutating func closeIfComplete() {
        guard missing == 0 else { return }
        if remembers { written[path] = WrittenFile(size: size, checksum: checksum.value) }
        close(fd)
        fd = -1
    }

    private func failure(_ path: String) -> Failure { Failure(detail: "\(path): \(Kernel.message(errno))") }
}
