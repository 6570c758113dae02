import Doctor
import Model
import Ports

extension DiagnosisTests {
    private static func survey(
        _ change: @escaping @Sendable (inout EngineSurvey) -> Void
    ) -> @Sendable (inout DoctorFacts) -> Void {
        { facts in
            var survey = Samples.survey
            change(&survey)
            facts.engine.survey = .success(survey)
        }
    }

    private static func info(
        _ change: @escaping @Sendable (inout EngineInfo) -> Void
    ) -> @Sendable (inout DoctorFacts) -> Void {
        survey { change(&$0.info) }
    }

    private static func store(
        _ change: @escaping @Sendable (inout StoreSurvey) -> Void
    ) -> @Sendable (inout DoctorFacts) -> Void {
        { facts in
            var store = Samples.store
            change(&store)
            facts.store = .present(store, isOrphaned: true)
        }
    }

    static let engineCases: [Case] = [
        Case("no socket", .engineSocket, .fail, "no socket") { $0.engine.socket = .missing },
        Case("a file for a socket", .engineSocket, .fail, "not a socket") { $0.engine.socket = .notASocket },
        Case("a hidden socket", .engineSocket, .fail, "denied") {
            $0.engine.socket = .unreadable(reason: "permission denied")
        },
        Case("a socket for others", .engineSocket, .fail, "root:docker") {
            $0.engine.socket = .present(owner: "root", group: "docker", mode: 0o660, mayUse: false)
        },
        Case("a socket for everybody", .engineSocket, .fail, "Every user") {
            $0.engine.socket = .present(owner: "root", group: "docker", mode: 0o666, mayUse: true)
        },
        Case("Windows containers", .engineSystem, .fail, "windows", info { $0.systemKind = "windows" }),
        Case("storage by copying", .engineStorage, .warn, "full copy", info { $0.storageDriver = "vfs" }),
        Case("unknown storage", .engineStorage, .warn, "devicemapper", info { $0.storageDriver = "devicemapper" }),
        Case("no room in the engine", .engineSpace, .fail, "63 MiB") {
            $0.engine.space = Space(free: .mebibytes(63), freeFiles: nil)
        },
        Case("little room in the engine", .engineSpace, .warn, "1023 MiB") {
            $0.engine.space = Space(free: .mebibytes(1023), freeFiles: nil)
        },
        Case("no files in the engine", .engineSpace, .fail, "99 more files") {
            $0.engine.space = Space(free: .gibibytes(9), freeFiles: 99)
        },
        Case("a clock that is behind", .engineClock, .warn, "31.0 s from ours") {
            $0.engine.answeredAt = WallTime(milliseconds: Samples.answeredAt.milliseconds + 31_000)
        },
        Case("a clock that is ahead", .engineClock, .warn, "31.0 s from ours") {
            $0.engine.answeredAt = WallTime(milliseconds: Samples.answeredAt.milliseconds - 31_000)
        },
        Case("no clock", .engineClock, .warn, "does not tell", info { $0.systemTime = nil }),
        Case("warnings", .engineWarnings, .warn, "API is open", info { $0.warnings = ["API is open"] }),
        Case("no shell image", .imageShell, .warn, "no image shell", survey { $0.images["shell"] = .missing }),
        Case(
            "no python image", .imagePython, .warn, "no image python",
            survey { $0.images = ["shell": .usable(id: "x")] }),
        Case(
            "a refused image", .imagePython, .fail, "a volume",
            survey { $0.images["python"] = .refused(reason: "a volume") }),
        Case(
            "left-over containers", .leftovers, .warn, "2 containers and 0 volumes",
            survey {
                $0.traces[Samples.installation]?.containers = 2
            }),
        Case(
            "left-over volumes", .leftovers, .warn, "0 containers and 1 volume ",
            survey {
                $0.traces[Samples.installation]?.volumes.insert("caisson-0123abcd-cell-old")
            }),
    ]

    static let controlCases: [Case] = [
        Case("no control groups", .engineCgroup, .fail, "no limit would hold", info { $0.cgroupDriver = "none" }),
        Case("no memory limit", .engineMemory, .fail, "memory", info { $0.limitsMemory = false }),
        Case("no swap limit", .engineSwap, .fail, "swap", info { $0.limitsSwap = false }),
        Case("no pids limit", .enginePids, .fail, "processes", info { $0.limitsPids = false }),
        Case("no CPU limit", .engineCPU, .fail, "CPU", info { $0.limitsCPU = false }),
        Case("silence about memory", .engineMemory, .warn, "does not say", info { $0.limitsMemory = nil }),
        Case("silence about swap", .engineSwap, .warn, "does not say", info { $0.limitsSwap = nil }),
        Case("no seccomp", .engineSeccomp, .fail, "system calls", info { $0.securityOptions = ["name=apparmor"] }),
        Case(
            "seccomp in another word", .engineSeccomp, .fail, "system calls",
            info {
                $0.securityOptions = ["name=noseccomp", "seccomp"]
            }),
        Case("no runc", .engineRuntime, .fail, "no runtime runc", info { $0.runtimes = ["crun"] }),
        Case("an old runc", .engineRuntime, .warn, "1.1.5+ds1", info { $0.components["runc"] = "1.1.5+ds1" }),
        Case("a runc just too old", .engineRuntime, .warn, "1.3.5", info { $0.components["runc"] = "1.3.5" }),
    ]

    static let folderCases: [Case] = [
        Case("no place for a folder", .folder, .fail, "none can be made in /root") {
            $0.folder.state = .missing(parent: "/root", mayBeMade: false)
        },
        Case("a file for a folder", .folder, .fail, "not a folder") { $0.folder.state = .notAFolder },
        Case("a hidden folder", .folder, .fail, "denied") {
            $0.folder.state = .unreadable(reason: "permission denied")
        },
        Case("somebody else's folder", .folder, .fail, "belongs to user b") {
            $0.folder.state = .present(owner: "b", isOurs: false, mode: 0o700, isWritable: true)
        },
        Case("an open folder", .folder, .fail, "755") {
            $0.folder.state = .present(owner: "a", isOurs: true, mode: 0o755, isWritable: true)
        },
        Case("a read-only folder", .folder, .fail, "cannot be written") {
            $0.folder.state = .present(owner: "a", isOurs: true, mode: 0o700, isWritable: false)
        },
        Case("a file for the spools", .folderContent, .fail, "spool") { $0.folder.misplaced = ["spool"] },
        Case("a full disk", .folderSpace, .fail, "15 MiB") {
            $0.folder.space = Space(free: .mebibytes(15), freeFiles: nil)
        },
        Case("a nearly full disk", .folderSpace, .warn, "511 MiB") {
            $0.folder.space = Space(free: .mebibytes(511), freeFiles: nil)
        },
        Case("a network disk", .folderFileSystem, .warn, "nfs") { $0.folder.fileSystem = FileSystemKind(name: "nfs4") },
        Case("a disk in memory", .folderFileSystem, .warn, "tmpfs") {
            $0.folder.fileSystem = FileSystemKind(name: "tmpfs")
        },
    ]

    static let storeCases: [Case] = [
        Case("a newer store", .store, .fail, "newer release (0009-x)", store { $0.age = .newer(steps: "0009-x") }),
        Case("a damaged store", .store, .fail, "row 7", store { $0.integrity = .broken("row 7 is missing") }),
        Case("an unreadable store", .store, .fail, "integrity check") {
            $0.store = .unreadable(Trouble(StoreError.corrupt(detail: "x")))
        },
        Case("a store that was emptied", .store, .fail, "is empty", store { $0.age = .empty }),
        Case("a store that was removed", .store, .fail, "is missing") { $0.store = .missing(isOrphaned: true) },
        Case("a huge store", .store, .warn, "too large", store { $0.integrity = .unfinished }),
        Case("an unreadable lock", .lock, .warn, "denied") { $0.lock = .unreadable(reason: "permission denied") },
    ]

    static let machineCases: [Case] = [
        Case("no cell", .cell, .fail, "no cell at") { $0.cell = CellFacts(path: "/x", program: nil, isPresent: false) },
        Case("a script for a cell", .cell, .fail, "not a program") { $0.cell.program = nil },
        Case("a linked cell", .cell, .fail, "libraries") {
            $0.cell.program = ProgramHeader(Samples.elf(segments: [1, 3]))
        },
        Case("another machine's cell", .cell, .fail, "aarch64") {
            $0.cell.program = ProgramHeader(Samples.elf(machine: 183))
        },
        Case(
            "an old kernel", .kernel, .fail, "5.4.0",
            { facts in
                info { $0.kernelVersion = "5.4.0-generic" }(&facts)
                facts.machine.kernelRelease = "5.4.0-generic"
            }),
        Case("no filters in the kernel", .kernel, .fail, "filter") { $0.machine.seccompActions = ["allow"] },
        Case("a kernel that asks nobody", .kernel, .fail, "filter") { $0.machine.seccompActions.remove("user_notif") },
        Case("a Yama that forbids looking at children", .kernel, .fail, "ptrace_scope is 2") {
            $0.machine.ptraceScope = 2
        },
        Case("a clock in the past", .clock, .warn, "1970-01-01") { $0.machine.calendar = WallTime(milliseconds: 5) },
        Case("a clock that was set", .clock, .warn, "was set") { $0.machine.calendarAdvance = .seconds(-5) },
        Case("a broken clock", .clock, .fail, "backwards") { $0.machine.monotonicAdvance = .milliseconds(-1) },
    ]
}
