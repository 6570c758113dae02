/// What Landlock leaves to a tool, as far as a kernel's ABI goes: everything but devices can be read and executed; two folders
/// and five devices can be written; no signal and no abstract socket leads to a process that the tool has not started.
///
/// - Source: landlock(7) and `linux/landlock.h` of Linux 6.15; `Docs/Decisions/0013-landlock.md`.
struct LandlockRules: Hashable {
    /// What may be done with a file.
    struct Rights: OptionSet, Hashable {
        let rawValue: UInt64

        static let execute = Rights(rawValue: 1 << 0)
        static let writeFile = Rights(rawValue: 1 << 1)
        static let readFile = Rights(rawValue: 1 << 2)
        static let readFolder = Rights(rawValue: 1 << 3)
        static let removeFolder = Rights(rawValue: 1 << 4)
        static let removeFile = Rights(rawValue: 1 << 5)
        static let makeCharacterDevice = Rights(rawValue: 1 << 6)
        static let makeFolder = Rights(rawValue: 1 << 7)
        static let makeFile = Rights(rawValue: 1 << 8)
        static let makeSocket = Rights(rawValue: 1 << 9)
        static let makeFIFO = Rights(rawValue: 1 << 10)
        static let makeBlockDevice = Rights(rawValue: 1 << 11)
        static let makeLink = Rights(rawValue: 1 << 12)
        /// ABI 2: to another folder, by rename or hard link.
        static let moveBetweenFolders = Rights(rawValue: 1 << 13)
        /// ABI 3.
        static let truncate = Rights(rawValue: 1 << 14)
        /// ABI 5.
        static let controlDevice = Rights(rawValue: 1 << 15)

        /// Every right that a kernel of this ABI knows.
        static func known(abi: Int) -> Rights {
            var rights = Rights(rawValue: 1 << 13 - 1)
            if abi >= 2 { rights.insert(.moveBetweenFolders) }
            if abi >= 3 { rights.insert(.truncate) }
            if abi >= 5 { rights.insert(.controlDevice) }
            return rights
        }
    }

    /// A place, and what is let through there.
    struct Rule: Hashable {
        enum Kind: Hashable {
            /// It and everything beneath it; it has to be there.
            case folder
            /// A file, or a folder with everything beneath it.
            case any
            /// A character device of this number; without it there is no rule.
            case device(UInt64)
        }

        /// Absolute; a name is bytes, which need not be UTF-8.
        let path: [UInt8]
        let kind: Kind
        let rights: Rights
    }

    /// Names in `/` that are looked at; an image with more of them is refused.
    static let entryBound = 1024
    /// What newer kernels have beyond this is not made use of.
    static let newestABI = 7

    /// The ABI that these rules are of, ``newestABI`` at most.
    let abi: Int
    /// What is forbidden wherever no rule lets it through.
    let handled: Rights
    /// Abstract Unix sockets and signals, from ABI 6 on.
    let scopes: UInt64
    /// Of landlock_restrict_self(2).
    ///
    /// From ABI 7 on the kernel would note what is denied between here and exec, which is our own proof, in the host's audit log.
    let flags: UInt32
    let rules: [Rule]

    /// - Parameters:
    ///   - abi: the kernel's, at least 2.
    ///   - work: the folder that stands for `/work`.
    ///   - entries: the names in `/`.
    init(abi: Int, work: String, entries: [[UInt8]]) {
        let abi = min(abi, Self.newestABI)
        self.abi = abi
        handled = .known(abi: abi)
        scopes = abi >= 6 ? 3 : 0
        flags = abi >= 7 ? 1 : 0
        // Rights add up on the way from a file to the root, and cannot be taken away again: so the root itself gets no reading of
        // files, or else /dev/ptmx could be opened, and with it a terminal of the host's be used up.
        var rules = [Rule(path: Array("/".utf8), kind: .folder, rights: [.execute, .readFolder])]
        rules += entries.filter { $0 != Array("dev".utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            .map { Rule(path: Array("/".utf8) + $0, kind: .any, rights: .readFile) }
        let everything = handled.subtracting([.makeCharacterDevice, .makeBlockDevice, .controlDevice])
        rules += [work, "/tmp"].map { Rule(path: Array($0.utf8), kind: .folder, rights: everything) }
        let device = handled.intersection([.readFile, .writeFile, .truncate, .controlDevice])
        rules += Self.devices.map { name, minor in
            Rule(path: Array("/dev/\(name)".utf8), kind: .device(1 << 8 | minor), rights: device)
        }
        self.rules = rules
    }

    /// Those that give or take bytes and nothing else, with their minor numbers; their major one is 1.
    private static let devices: [(String, UInt64)] = [
        ("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9),
    ]
}
