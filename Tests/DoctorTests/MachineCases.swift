import Doctor
import Model
import Ports

extension DiagnosisTests {
    private static func store(
        _ change: @escaping @Sendable (inout StoreSurvey) -> Void
    ) -> @Sendable (inout DoctorFacts) -> Void {
        { facts in
            var store = Samples.store
            change(&store)
            facts.store = .present(store, isOrphaned: true)
        }
    }

    private static func set(_ setting: KernelSetting, _ value: String?) -> @Sendable (inout DoctorFacts) -> Void {
        { $0.machine.settings[setting] = value }
    }

    /// The engine's kernel is this machine's.
    private static func kernel(_ release: String) -> @Sendable (inout DoctorFacts) -> Void {
        { facts in
            info { $0.kernelVersion = release }(&facts)
            facts.machine.kernelRelease = release
        }
    }

    static let folderCases: [Case] = [
        Case(.folderImpossible, .fail, "none can be made in /root") {
            $0.folder.state = .missing(parent: "/root", mayBeMade: false)
        },
        Case(.folderIsNone, .fail, "not a folder") { $0.folder.state = .notAFolder },
        Case(.folderHidden, .fail, "denied") { $0.folder.state = .unreadable(reason: "permission denied") },
        Case(.folderNotOurs, .fail, "belongs to user b") {
            $0.folder.state = .present(owner: "b", isOurs: false, mode: 0o700, isWritable: true)
        },
        Case(.folderOpen, .fail, "755") {
            $0.folder.state = .present(owner: "a", isOurs: true, mode: 0o755, isWritable: true)
        },
        Case(.folderReadOnly, .fail, "cannot be written") {
            $0.folder.state = .present(owner: "a", isOurs: true, mode: 0o700, isWritable: false)
        },
        Case(.folderMisplaced, .fail, "spool") { $0.folder.misplaced = ["spool"] },
        Case(.folderSpaceGone, .fail, "15 MiB") { $0.folder.space = Space(free: .mebibytes(15), freeFiles: nil) },
        Case(.folderSpaceLow, .warn, "511 MiB") { $0.folder.space = Space(free: .mebibytes(511), freeFiles: nil) },
        Case(.folderFilesGone, .fail, "99 more files") { $0.folder.space = Space(free: .gibibytes(9), freeFiles: 99) },
        Case(.folderFilesLow, .warn, "9999 more files") {
            $0.folder.space = Space(free: .gibibytes(9), freeFiles: 9999)
        },
        Case(.folderSpaceUnknown, .unknown, "cannot be read") { $0.folder.space = nil },
        Case(.folderOnNetwork, .warn, "nfs") { $0.folder.fileSystem = FileSystemKind(name: "nfs4") },
        Case(.folderInMemory, .warn, "tmpfs") { $0.folder.fileSystem = FileSystemKind(name: "tmpfs") },
        Case(.fileSystemUnknown, .unknown, "cannot be read") { $0.folder.fileSystem = nil },
    ]

    static let storeCases: [Case] = [
        Case(.storeNewer, .fail, "newer release (0009-x)", store { $0.age = .newer(steps: "0009-x") }),
        Case(.storeDamaged, .fail, "row 7", store { $0.integrity = .broken("row 7 is missing") }),
        Case(.storeUnreadable, .fail, "integrity check") {
            $0.store = .unreadable(Trouble(StoreError.corrupt(detail: "x")))
        },
        Case(.storeEmptied, .fail, "is empty", store { $0.age = .empty }),
        Case(.storeMissing, .fail, "is missing") { $0.store = .missing(isOrphaned: true) },
        Case(.storeUnchecked, .unknown, "too large", store { $0.integrity = .unfinished }),
        Case(.blobsMissing, .fail, "1 blob of", store { $0.blobFiles?.insert("sha256:cd") }),
        Case(.blobsStray, .warn, "2 blobs belong to no row") {
            $0.folder.blobFiles?.formUnion(["sha256:cd", "sha256:ef"])
        },
        Case(.blobsUnknown, .unknown, "too many", named: "rows", store { $0.blobFiles = nil }),
        Case(.blobsUnknown, .unknown, "too many", named: "files") { $0.folder.blobFiles = nil },
        Case(.sqliteResetBug, .warn, "3.40.1 has the WAL-reset bug (mended in 3.44.6, 3.50.7, 3.51.3)") {
            $0.sqlite = "3.40.1"
        },
        Case(.sqliteResetBug, .warn, "3.51.2", named: "the last one") { $0.sqlite = "3.51.2" },
        Case(.sqliteResetBug, .warn, "3.50.6", named: "before a later mend") { $0.sqlite = "3.50.6" },
        Case(.sqliteWithdrawn, .warn, "3.52.0 was withdrawn") { $0.sqlite = "3.52.0" },
        Case(.sqliteUnknown, .unknown, "no number") { $0.sqlite = "unknown" },
        Case(.lockUnknown, .unknown, "denied") { $0.lock = .unreadable(reason: "permission denied") },
    ]

    static let machineCases: [Case] = [
        Case(.cellMissing, .fail, "no cell at") { $0.cell.isPresent = false },
        Case(.cellIsNone, .fail, "not a program") { $0.cell.program = nil },
        Case(.cellNeedsLibraries, .fail, "libraries") {
            $0.cell.program = ProgramHeader(Samples.elf(segments: [1, 3]))
        },
        Case(.cellForOthers, .fail, "aarch64") { $0.cell.program = ProgramHeader(Samples.elf(machine: 183)) },
        Case(.cellWritable, .fail, "Other users may write") { $0.cell.othersMayWrite = true },
        Case(.cellOwnerUnknown, .unknown, "cannot be read") { $0.cell.othersMayWrite = nil },
        Case(.fewOpenFiles, .warn, "only 255 files") { $0.machine.openFiles = 255 },
        Case(.openFilesUnknown, .unknown, "cannot be read") { $0.machine.openFiles = nil },
        Case(.clockPast, .warn, "1970-01-01") { $0.machine.calendar = WallTime(milliseconds: 5) },
        Case(.clockSet, .warn, "was set") { $0.machine.calendarAdvance = .seconds(-5) },
        Case(.clockBackwards, .fail, "backwards") { $0.machine.monotonicAdvance = .milliseconds(-1) },
    ]

    static let kernelCases: [Case] = [
        Case(.kernelTooOld, .fail, "5.4.0", kernel("5.4.0-generic")),
        Case(.kernelPipe, .fail, "CVE-2022-0847 (mended in 5.10.102, 5.15.25, 5.16.11)", kernel("5.15.24")),
        Case(.kernelPipe, .fail, "The kernel 5.10.92-1 has", named: "behind Debian's number") { facts in
            kernel("5.10.0-11-amd64")(&facts)
            facts.machine.upstreamKernel = "5.10.92-1"
        },
        Case(.kernelMendsUnknown, .unknown, "cannot be told from its number", kernel("5.14.0-503.el9")),
        Case(.kernelOld, .warn, "counted twice", kernel("5.18.3-custom")),
        Case(.kernelUnknown, .unknown, "no number", kernel("custom")),
        Case(.kernelUnknown, .unknown, "cannot be read", named: "filters") { $0.machine.seccompActions = nil },
        Case(.kernelCannotFilter, .fail, "cannot filter") { $0.machine.seccompActions = ["allow", "user_notif"] },
        Case(.kernelAsksNobody, .fail, "cannot ask the cell") { $0.machine.seccompActions?.remove("user_notif") },
        Case(.kernelYama, .fail, "ptrace_scope is 2", set(.ptraceScope, "2")),
        Case(.kernelYama, .fail, "ptrace_scope is 3", named: "for ever", set(.ptraceScope, "3")),
        Case(.landlockMissing, .warn, "no Landlock") { $0.machine.securityModules?.remove("landlock") },
        Case(.landlockUnknown, .unknown, "cannot be read") { $0.machine.securityModules = nil },
        Case(.ioUringOpen, .warn, "refused it by their lists", set(.ioUringDisabled, "0")),
        Case(.ioUringUnknown, .unknown, "kernel.io_uring_disabled", set(.ioUringDisabled, nil)),
        Case(.bpfOpen, .warn, "load BPF", set(.unprivilegedBPFDisabled, "0")),
        Case(.bpfUnknown, .unknown, "kernel.unprivileged_bpf_disabled", set(.unprivilegedBPFDisabled, nil)),
        Case(.userfaultOpen, .warn, "userfaultfd", set(.unprivilegedUserfaultfd, "1")),
        Case(.userfaultUnknown, .unknown, "vm.unprivileged_userfaultfd", set(.unprivilegedUserfaultfd, nil)),
        Case(.addressesOpen, .warn, "kernel's addresses") {
            ($0.machine.settings[.pointerRestriction], $0.machine.settings[.perfParanoia]) = ("0", "1")
        },
        Case(.addressesUnknown, .unknown, "kernel.kptr_restrict", set(.pointerRestriction, nil)),
        Case(.messagesOpen, .warn, "kernel's messages", set(.messageRestriction, "0")),
        Case(.messagesUnknown, .unknown, "kernel.dmesg_restrict", set(.messageRestriction, "")),
        Case(.coreDumpSocket, .warn, "hands its memory to /run/coredump", set(.corePattern, "@/run/coredump")),
        Case(.coreDumpUnknown, .unknown, "kernel.core_pattern", set(.corePattern, nil)),
    ]
}
