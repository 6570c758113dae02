// Foundation follows links where they must not be followed, and gives no names that are not UTF-8.
// Beside NIO the compiler takes `stat` for a part of Dispatch.
private import CDispatch
private import Glibc
import Model
import Ports

/// The regular files of a folder, at any depth, on their way into a job.
///
/// Links are neither followed nor taken; a file with more than one hard link is a file. What is refused is told by kind and
/// path, all at once. The files are read when the job is accepted, and only if they are still the same ones.
struct FolderInput {
    /// Files and folders that are looked at; what is left out counts too, but not what lies beneath it.
    static let entries = 20_000
    static let depth = 32
    /// Problems that are told one by one.
    static let problems = 20

    private let root: String
    private let destination: String?
    private let rules: IgnoreRules
    private var files: [JobRequest.File] = []
    private var problems: [FolderError] = []
    private var (entries, fileCount) = (0, 0)

    /// The files of the folder at `path`, by the names they get beneath `/work`.
    ///
    /// - Parameter destination: the folder beneath `/work` that they go into, or `nil` for `/work` itself.
    static func files(in path: String, to destination: String?) throws(FolderProblems) -> [JobRequest.File] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let isOther = errno == ENOTDIR
            let reason = errno == ENOENT ? "it does not exist" : reason(errorNumber: errno)
            throw FolderProblems(problems: [isOther ? .notAFolder(path: path) : .noFolder(path: path, reason: reason)]
            )
        }
        defer { close(descriptor) }
        var folder: FolderInput
        do throws(FolderError) {
            folder = FolderInput(root: path, destination: destination, rules: try readRules(of: path, descriptor))
            try folder.walk(descriptor, names: [])
        } catch {
            throw FolderProblems(problems: [error])
        }
        return try folder.result()
    }

    private init(root: String, destination: String?, rules: IgnoreRules) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        (self.destination, self.rules) = (destination, rules)
    }

    private func result() throws(FolderProblems) -> [JobRequest.File] {
        var told = Array(problems.prefix(Self.problems))
        if problems.count > told.count { told.append(.more(path: root, count: problems.count - told.count)) }
        if fileCount > JobSpec.Bounds.files {
            told.append(.tooManyFiles(path: root, found: fileCount, more: false, limit: JobSpec.Bounds.files))
        }
        guard told.isEmpty else { throw FolderProblems(problems: told) }
        return files
    }

    /// Takes everything in the open folder with these names beneath the root.
    ///
    /// - Throws: when there is too much to go on.
    private mutating func walk(_ folder: Int32, names: [String]) throws(FolderError) {
        guard let content = content(of: folder, path: path(names)) else { return }
        for name in content.sorted() {
            entries += 1
            guard entries <= Self.entries else { throw .tooManyEntries(path: root, limit: Self.entries) }
            let names = names + [name]
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                problems.append(.unreadable(path: path(names), reason: reason(errorNumber: errno)))
                continue
            }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if rules.ignores(names, isFolder: isFolder) { continue }
            if isFolder {
                guard names.count <= Self.depth else { throw .tooDeep(path: path(names), limit: Self.depth) }
                try descend(folder, name, names)
            } else {
                take(status, folder, names)
            }
        }
    }

    private mutating func descend(_ folder: Int32, _ name: String, _ names: [String]) throws(FolderError) {
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            problems.append(.unreadable(path: path(names), reason: reason(errorNumber: errno)))
            return
        }
        defer { close(descriptor) }
        try walk(descriptor, names: names)
    }

    private mutating func take(_ status: stat, _ folder: Int32, _ names: [String]) {
        if let kind = Self.refusedKind(status.st_mode) {
            problems.append(.kind(path: path(names), kind: kind))
            return
        }
        guard let name = names.last, faccessat(folder, name, R_OK, 0) == 0 else {
            problems.append(.unreadable(path: path(names), reason: reason(errorNumber: errno)))
            return
        }
        fileCount += 1
        guard fileCount <= JobSpec.Bounds.files else { return }
        let source = FileInput(path: path(names), identity: FileIdentity(status))
        files.append(
            JobRequest.File(
                path: ([destination].compactMap { $0 } + names).joined(separator: "/"), size: source.size,
                isExecutable: source.isExecutable, source: source))
    }

    private static func refusedKind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "of an unknown kind"
        }
    }

    private func path(_ names: [String]) -> String { ([root] + names).joined(separator: "/") }

    /// The names in an open folder, without `.` and `..`; `nil` if it cannot be read.
    private mutating func content(of folder: Int32, path: String) -> [String]? {
        let copy = fcntl(folder, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopendir(copy) else {
            problems.append(.unreadable(path: path, reason: reason(errorNumber: errno)))
            if copy >= 0 { close(copy) }
            return nil
        }
        defer { closedir(stream) }
        var names: [String] = []
        // One more than may be looked at is enough to know that there are too many.
        while names.count + problems.count <= Self.entries, let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                problems.append(.name(folder: path))
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func readRules(of root: String, _ folder: Int32) throws(FolderError) -> IgnoreRules {
        let path = "\(root)/\(IgnoreRules.fileName)"
        let descriptor = openat(folder, IgnoreRules.fileName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return try rules("", path) }
        guard descriptor >= 0 else { throw .rules(path: path, reason: reason(errorNumber: errno)) }
        defer { close(descriptor) }
        guard FileIdentity(descriptor: descriptor)?.isRegular == true else {
            throw .rules(path: path, reason: "it is not a regular file")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .rules(path: path, reason: reason(errorNumber: errno)) }
            guard count > 0 else { break }
            bytes += piece[..<count]
            guard bytes.count <= IgnoreRules.bytes else {
                throw .rules(path: path, reason: "it is larger than \(IgnoreRules.bytes) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .rules(path: path, reason: "it is not UTF-8")
        }
        return try rules(text, path)
    }

    private static func rules(_ text: String, _ path: String) throws(FolderError) -> IgnoreRules {
        do throws(IgnoreRules.Mistake) { return try IgnoreRules(text) } catch {
            throw .pattern(path: path, line: error.line, problem: error.problem)
        }
    }
}
