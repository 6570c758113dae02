package import Model
package import Ports

/// Everything that was looked at, before anybody has judged it.
package struct DoctorFacts: Sendable {
    package var engine: EngineFacts
    package var cell: CellFacts
    package var folder: FolderFacts
    package var store: StoreFacts
    package var lock: LockFacts
    package var machine: MachineFacts
    /// The profile that gives its jobs the most memory.
    package var largest: (profile: String, memory: ByteCount)
    /// The version of SQLite that we are linked with.
    package var sqlite: String

    package init(
        engine: EngineFacts, cell: CellFacts, folder: FolderFacts, store: StoreFacts, lock: LockFacts,
        machine: MachineFacts, largest: (profile: String, memory: ByteCount), sqlite: String
    ) {
        (self.engine, self.cell, self.folder) = (engine, cell, folder)
        (self.store, self.lock, self.machine) = (store, lock, machine)
        (self.largest, self.sqlite) = (largest, sqlite)
    }

    /// Whether what was read of this machine holds for the engine's, whose name and kernel are then ours.
    ///
    /// As long as the engine does not answer, it counts as being here.
    package var isEngineHere: Bool {
        guard case .success(let survey) = engine.survey else { return true }
        return survey.info.hostName == machine.hostName && survey.info.kernelVersion == machine.kernelRelease
    }
}

/// An error as it was met while looking.
package struct Trouble: Error, Sendable, Hashable {
    package let code: ErrorCode
    package let message: String
    package let remedy: String?

    package init(_ error: any UserFacingError) {
        (code, message, remedy) = (error.code, error.message, error.remedy)
    }
}

package struct EngineFacts: Sendable {
    /// The engine's socket on this machine.
    package enum Socket: Sendable, Hashable {
        case missing
        case notASocket
        case unreadable(reason: String)
        /// - Parameters:
        ///   - mode: the permission bits alone.
        ///   - mayUse: whether we may connect to it.
        ///   - members: who else is of the group in this machine's own files, besides root; `nil` if these cannot be read.
        case present(owner: String, group: String, mode: UInt32, mayUse: Bool, members: [String]?)
    }

    package var address: String
    /// `nil` if the engine is not reached by a socket of this machine.
    package var socket: Socket?
    /// Whether both sides prove by certificates who they are; a socket of this machine needs none.
    package var isEncrypted: Bool
    package var survey: Result<EngineSurvey, Trouble>
    /// The room where the engine keeps its data; `nil` if it cannot be known.
    package var space: Space?
    /// Our own clock when the engine had answered.
    package var answeredAt: WallTime

    package init(
        address: String, socket: Socket?, isEncrypted: Bool, survey: Result<EngineSurvey, Trouble>, space: Space?,
        answeredAt: WallTime
    ) {
        (self.address, self.socket, self.isEncrypted, self.survey) = (address, socket, isEncrypted, survey)
        (self.space, self.answeredAt) = (space, answeredAt)
    }
}

/// The room on a file system, for those who are not root.
package struct Space: Sendable, Hashable {
    package let free: ByteCount
    /// Files that can still be made; `nil` where the file system has no limit.
    package let freeFiles: Int64?

    package init(free: ByteCount, freeFiles: Int64?) { (self.free, self.freeFiles) = (free, freeFiles) }
}

/// The program that becomes process 1 of every sandbox.
package struct CellFacts: Sendable {
    package var path: String
    /// `nil` if there is no such file, or it cannot be read.
    package var program: ProgramHeader?
    package var isPresent: Bool
    /// Whether others than root and we may change it; `nil` if that cannot be read.
    package var othersMayWrite: Bool?

    package init(path: String, program: ProgramHeader?, isPresent: Bool, othersMayWrite: Bool?) {
        (self.path, self.program, self.isPresent) = (path, program, isPresent)
        self.othersMayWrite = othersMayWrite
    }
}

package struct FolderFacts: Sendable {
    package enum State: Sendable, Hashable {
        /// There is none; `parent` is the nearest folder above that exists.
        case missing(parent: String, mayBeMade: Bool)
        case notAFolder
        case unreadable(reason: String)
        /// - Parameter mode: the permission bits alone.
        case present(owner: String, isOurs: Bool, mode: UInt32, isWritable: Bool)
    }

    package var path: String
    package var state: State
    /// Names in it that have to be folders and are something else.
    package var misplaced: [String]
    /// Of the folder, or of its nearest parent.
    package var space: Space?
    package var fileSystem: FileSystemKind?
    /// The digests of the blobs that lie in it, as `sha256:…`; `nil` if they are too many, or cannot be listed.
    package var blobFiles: Set<String>?

    package init(
        path: String, state: State, misplaced: [String], space: Space?, fileSystem: FileSystemKind?,
        blobFiles: Set<String>?
    ) {
        (self.path, self.state, self.misplaced) = (path, state, misplaced)
        (self.space, self.fileSystem, self.blobFiles) = (space, fileSystem, blobFiles)
    }
}

package enum StoreFacts: Sendable, Hashable {
    /// - Parameter isOrphaned: whether spools or blobs lie there all the same.
    case missing(isOrphaned: Bool)
    case unreadable(Trouble)
    /// - Parameter isOrphaned: whether spools or blobs lie beside it.
    case present(StoreSurvey, isOrphaned: Bool)
}

package enum LockFacts: Sendable, Hashable {
    case free
    /// - Parameter pid: `nil` if the kernel does not tell us.
    case held(pid: Int?)
    case unreadable(reason: String)
}

package struct MachineFacts: Sendable {
    package var hostName: String
    /// As uname(2) gives it, as in `6.1.0-18-amd64`.
    package var kernelRelease: String
    /// The number of those who make the kernel, as in `6.1.76`, if the distribution tells it.
    package var upstreamKernel: String?
    /// As uname(2) gives it, as in `x86_64`.
    package var architecture: String
    /// Words of `/proc/sys/kernel/seccomp/actions_avail`; `nil` if it cannot be read.
    package var seccompActions: Set<String>?
    /// Words of `/sys/kernel/security/lsm`; `nil` if it cannot be read.
    package var securityModules: Set<String>?
    /// What the kernel shows of these; absent if it does not.
    package var settings: [KernelSetting: String]
    /// Memory that could be given out without taking it from others.
    package var availableMemory: ByteCount?
    /// Files that we may have open at once.
    package var openFiles: Int?
    /// The calendar at the beginning, and how far it and the monotonic clock went until the end.
    package var calendar: WallTime
    package var calendarAdvance: Duration
    package var monotonicAdvance: Duration

    /// Of the kernel nothing is known yet.
    package init(
        hostName: String, kernelRelease: String, architecture: String, calendar: WallTime, calendarAdvance: Duration,
        monotonicAdvance: Duration
    ) {
        (self.hostName, self.kernelRelease, self.architecture) = (hostName, kernelRelease, architecture)
        (self.calendar, self.calendarAdvance, self.monotonicAdvance) = (calendar, calendarAdvance, monotonicAdvance)
        (seccompActions, securityModules, settings) = (nil, nil, [:])
        (upstreamKernel, availableMemory, openFiles) = (nil, nil, nil)
    }
}
