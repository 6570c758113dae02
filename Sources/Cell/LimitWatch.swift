import Glibc

/// Notices which limits a tool runs into that the kernel does not count: full folders, and open files.
///
/// It looks whenever the cell wakes up, so also when the tool complains, and at least every tenth of a second. What is full
/// only in between is missed: best effort.
struct LimitWatch {
    /// Limits of the watch itself, in microseconds.
    enum Limit {
        static let longestPause: Int64 = 100_000
        static let shortestPause: Int64 = 1000
        /// A look takes no more than this share of the time, in hundredths, but is never put off for longer than the longest pause: on
        /// a busy machine a look takes long for want of a processor, not for what it does.
        static let share: Int64 = 2
    }

    /// `work`, `work_files`, `tmp`, `tmp_files`, `open_files`: those that were hit so far, in this order.
    var hit: [String] { Self.words.filter(seen.contains) }
    /// When to look again, at the latest.
    private(set) var next: Int64 = 0

    private static let words = ["work", "work_files", "tmp", "tmp_files", "open_files"]
    private let folders: [(word: String, path: String)]
    private let openFiles: Int
    private var seen: Set<String> = []
    private var earliest: Int64 = 0

    /// - Parameters:
    ///   - work: the path of the tmpfs that the word `work` stands for; `tmp` likewise.
    ///   - openFiles: what a process may have open; by default what this process may.
    init(work: String, tmp: String, openFiles: Int = Self.ownLimit) {
        folders = [("work", work), ("tmp", tmp)]
        self.openFiles = openFiles
    }

    /// Looks, unless it has only just done so.
    mutating func look(at now: Int64) {
        guard now >= earliest else { return }
        let began = Kernel.now
        lookAtFolders()
        lookAtOpenFiles()
        let took = Kernel.now - began
        earliest = now + min(Limit.longestPause, max(Limit.shortestPause, took * 100 / Limit.share))
        next = now + Limit.longestPause
    }

    mutating func lookAtFolders() {
        for (word, path) in folders {
            var status = statvfs()
            guard unsafe statvfs(path, &status) == 0 else { continue }
            if status.f_blocks > 0, status.f_bavail == 0 { seen.insert(word) }
            if status.f_files > 0, status.f_ffree == 0 { seen.insert("\(word)_files") }
        }
    }

    /// Counts the descriptors of every process but this one.
    private mutating func lookAtOpenFiles() {
        guard !seen.contains("open_files") else { return }
        let proc = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard proc >= 0 else { return }
        defer { close(proc) }
        for name in Kernel.names(inFolder: proc, limit: 65_536) ?? [] {
            guard let pid = Int32(String(decoding: name, as: UTF8.self)), pid != getpid() else { continue }
            if Self.descriptors(of: pid, limit: openFiles) >= openFiles {
                seen.insert("open_files")
                return
            }
        }
    }

    /// The open descriptors of a process, counted up to `limit`.
    ///
    /// - Source: proc(5): the folder's size is their number, from Linux 6.2 on.
    static func descriptors(of pid: Int32, limit: Int) -> Int {
        let path = "/proc/\(pid)/fd"
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return 0 }
        if status.st_size > 0 { return Int(status.st_size) }
        let fd = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard fd >= 0 else { return 0 }
        defer { close(fd) }
        return Kernel.names(inFolder: fd, limit: limit)?.count ?? 0
    }

    private static var ownLimit: Int {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return .max }
        return Int(clamping: limits.rlim_cur)
    }
}
