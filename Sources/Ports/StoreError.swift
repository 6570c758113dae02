package import Model

/// Why a store refused or failed.
package enum StoreError: UserFacingError, Hashable {
    /// Nothing has this id, or one that begins so.
    case notFound(String)
    /// The data folder that was named does not exist.
    case folderMissing(path: String)
    /// Spools or blobs lie in the folder, but its database is gone, or has nothing in it.
    case emptied(path: String)
    /// More than one job's id begins so.
    case ambiguous(prefix: String, matches: Int)
    /// Another writer moved the row first: the caller's picture of it is out of date.
    case conflict(id: String, expected: String, found: String)
    /// The row has a state in which it cannot be asked for this.
    case illegalState(id: String, state: JobState, action: String)
    /// The job is a graph, a fan-out or an approval.
    case runsNothing(id: String, kind: JobKind)
    /// Another submission was accepted under this key.
    case idempotencyConflict(key: String, job: JobID)
    /// A job needs a file that another one did not leave.
    case referenceMissing(file: String, node: String, part: String)
    /// Another process kept the data folder for the whole wait.
    case locked(path: String, pid: Int?, waited: Duration)
    /// SQLite stayed locked for the whole busy timeout: safe to try again.
    case busy(waited: Duration)
    /// The database was written by a newer release.
    case newer(found: String)
    /// A setting that durability rests on is not in force.
    case wrongMode(pragma: String, wanted: String, found: String)
    /// The file failed a check; `detail` may hold paths, so it goes to the log and not into `message`.
    case corrupt(detail: String)
    /// The disk or the quota is full.
    case noSpace(path: String)
    /// What is to be kept is more than its limit.
    case tooLarge(what: String, limit: ByteCount)
    /// What was given to be kept cannot be read, or changed while it was.
    case input(path: String, reason: String)
    /// The folder or a file in it cannot be used.
    case unavailable(path: String, reason: String)
    /// The daemon that was asked for what is stored says so, or cannot be asked.
    case daemon(code: ErrorCode, message: String, remedy: String?)

    package var code: ErrorCode {
        switch self {
        case .notFound, .folderMissing: .notFound
        case .ambiguous: .ambiguousID
        case .conflict: .storeConflict
        case .illegalState, .runsNothing: .illegalState
        case .idempotencyConflict: .idempotencyConflict
        case .referenceMissing: .inputUnreadable
        case .locked: .storeLocked
        case .busy: .storeBusy
        case .newer: .storeNewer
        case .wrongMode, .corrupt, .emptied: .storeCorrupt
        case .noSpace: .noSpace
        case .tooLarge: .invalidInput
        case .input: .inputUnreadable
        case .unavailable: .storeUnavailable
        case .daemon(let code, _, _): code
        }
    }

    package var message: String {
        switch self {
        case .notFound(let id): "There is no \(id) in the store."
        case .folderMissing(let path): "There is no data folder \(path)."
        case .emptied(let path): "\(path) holds spools or blobs, but its job database is missing or empty."
        case .ambiguous(let prefix, let matches): "\(matches) jobs have an id that begins with \(prefix)."
        case .conflict(let id, let expected, let found): "\(id) is \(found), not \(expected)."
        case .illegalState(let id, let state, let action): "Job \(id) is \(state.rawValue) and cannot be \(action)."
        case .runsNothing(let id, let kind): "\(id) is of the kind \(kind.rawValue): it runs nothing itself."
        case .idempotencyConflict(let key, let job):
            "Job \(job) was accepted under the key \"\(key)\", and is not what is submitted now."
        case .referenceMissing(let file, let node, let part):
            "The file \(file) is to be the \(part) of \(node), which did not leave one."
        case .locked(let path, let pid, let waited):
            "The data folder \(path) is in use\(pid.map { " by process \($0)" } ?? "")"
                + (waited > .zero ? "; waited \(waited.shortText)." : ".")
        case .busy(let waited): "The job database stayed locked for \(waited.shortText)."
        case .newer(let found): "The job database was written by a newer release (\(found))."
        case .wrongMode(let pragma, let wanted, let found): "SQLite's \(pragma) is \(found), but must be \(wanted)."
        case .corrupt: "The job database failed its integrity check."
        case .noSpace(let path): "There is no space left for \(path)."
        case .tooLarge(let what, let limit): "\(what) is more than \(limit)."
        case .input(let path, let reason): "\(path) cannot be used as input: \(reason)."
        case .unavailable(let path, let reason): "\(path) cannot be used: \(reason)."
        case .daemon(_, let message, _): message
        }
    }

    package var remedy: String? {
        switch self {
        case .notFound: "See `caisson list` for the ids there are."
        case .folderMissing: "Check --home and CAISSON_HOME; the first job that is handed in makes the folder."
        case .emptied: "Put a backup of caisson.db in its place, or start with another folder (--home)."
        case .ambiguous: "Give more characters of the id."
        case .illegalState(let id, _, _): "See `caisson show \(id)` for what it is."
        case .runsNothing(let id, _): "See `caisson tree \(id)` for its jobs."
        case .idempotencyConflict: "Use another key, or submit the same again."
        case .referenceMissing: "Have the other job leave it, or need it with another outcome than this one came to."
        case .conflict: "Look at it again with `caisson show`; if nobody else works in this folder, report this."
        case .locked(let path, _, _):
            "If it is the folder's daemon, end it with `caisson stop --home \(path)`; else wait for its end, or use another folder with "
                + "--home."
        case .busy: "Try again; if it lasts, look for another process on the same data folder."
        case .newer: "Use that release, or another folder with --home."
        case .wrongMode: "Keep the data folder on a local disk: WAL does not work on network file systems."
        case .corrupt: "Keep the folder aside and start with a new one (--home); its blobs are still readable."
        case .noSpace: "Free some space, or use another disk with --home."
        case .tooLarge: "Give less, or raise the limit."
        case .input: "Check its permissions, and let nothing write to it until the job is accepted."
        case .unavailable: "Check that the folder exists and belongs to you, or give another one with --home."
        case .daemon(_, _, let remedy): remedy
        }
    }
}
