import Ports

/// Whether the job database can be used, and the files that belong to it are there.
struct StoreRules {
    let facts: DoctorFacts

    var findings: [Finding] { [store] + (blobs.map { [$0] } ?? []) + [library] }

    private var store: Finding {
        let restore = "Put a backup of it in its place (Docs/Operations.md), or start with another folder (--home)."
        switch facts.store {
        case .missing(true):
            return .fail(.store, .storeMissing, "There are spools or blobs, but the job database is missing.", restore)
        case .missing(false): return .ok(.store, "There is no job database yet; the first daemon makes it.")
        case .unreadable(let trouble):
            return .fail(.store, .storeUnreadable, trouble.message, trouble.remedy ?? restore)
        case .present(let survey, let isOrphaned):
            if case .broken(let words) = survey.integrity {
                return .fail(.store, .storeDamaged, "The job database is damaged: \(words).", restore)
            }
            switch survey.age {
            case .newer(let steps):
                let error = StoreError.newer(found: steps)
                return .fail(.store, .storeNewer, error.message, error.remedy ?? restore)
            case .empty:
                return isOrphaned
                    ? .fail(.store, .storeEmptied, "There are spools or blobs, but the job database is empty.", restore)
                    : .ok(.store, "The job database is empty.")
            case .older:
                return .ok(.store, "The job database is of an older release; the next daemon brings it up to date.")
            case .current: break
            }
            let jobs = "\(counted(survey.jobs, "job")), \(survey.openJobs) of them open"
            guard survey.integrity == .sound else {
                return .unknown(
                    .store, .storeUnchecked,
                    "The job database has \(jobs); it is too large to be checked for damage in time.",
                    "Check it at leisure: sqlite3 -readonly \(facts.folder.path)/caisson.db 'PRAGMA quick_check'")
            }
            return .ok(.store, "The job database has \(jobs), and is sound.")
        }
    }

    /// Every blob of a row has to be there; one without a row is what a killed process left.
    ///
    /// `nil` if the database cannot be asked for them.
    private var blobs: Finding? {
        if case .missing(false) = facts.store { return .ok(.storeBlobs, "There are no blobs yet.") }
        guard case .present(let survey, _) = facts.store, survey.age == .current else { return nil }
        if case .broken = survey.integrity { return nil }
        guard let named = survey.blobFiles, let lying = facts.folder.blobFiles else {
            return .unknown(
                .storeBlobs, .blobsUnknown, "There are too many blobs to be compared with the job database.",
                "Look at their number: find \(facts.folder.path)/blobs -type f | wc -l")
        }
        let missing = named.subtracting(lying)
        guard missing.isEmpty else {
            return .fail(
                .storeBlobs, .blobsMissing,
                "\(counted(missing.count, "blob")) of the job database's are missing, so that outputs or files of jobs are lost.",
                "Put them back from a backup into \(facts.folder.path)/blobs (Docs/Operations.md).")
        }
        // A daemon that works makes its blobs before their rows.
        let stray = lying.subtracting(named)
        if case .free = facts.lock, !stray.isEmpty {
            return .warn(
                .storeBlobs, .blobsStray,
                "\(counted(stray.count, "blob")) belong to no row: a daemon was killed, and they take room.",
                "The next daemon in this data folder removes them; any verb that hands in a job starts one.")
        }
        return .ok(.storeBlobs, "All \(counted(named.count, "blob")) of the job database's are there.")
    }

    private var library: Finding {
        let text = facts.sqlite
        guard let version = VersionNumber(text) else {
            return .unknown(
                .storeLibrary, .sqliteUnknown,
                "The database library is SQLite \(text), which is no number that we know.",
                "Look for it: apt-cache policy libsqlite3-0")
        }
        let remedy =
            "Update SQLite (apt-get install --only-upgrade libsqlite3-0), and never let two programs write: "
            + "look with sqlite3 -readonly."
        // Source: sqlite.org/changes.html; it was taken back two weeks after it came out.
        guard !version.isOfSeries(VersionNumber(3, 52)) else {
            return .warn(
                .storeLibrary, .sqliteWithdrawn,
                "SQLite \(text) was withdrawn by those who make it; 3.53.0 is in its place.",
                remedy)
        }
        let bug = Advisory.walReset
        guard bug.isMended(in: version) else {
            return .warn(
                .storeLibrary, bug.problem,
                "SQLite \(text) has the WAL-reset bug (mended in \(bug.mended.map(\.description).joined(separator: ", "))), by "
                    + "which two that write at once can damage a database; Caisson writes by one connection alone.",
                remedy)
        }
        return .ok(.storeLibrary, "The database library is SQLite \(text), without the WAL-reset bug.")
    }
}

/// Whether somebody works in the data folder.
enum LockRules {
    static func finding(_ facts: LockFacts) -> Finding {
        switch facts {
        case .free: .ok(.lock, "Nobody works in the data folder.")
        case .held(let pid):
            .ok(
                .lock,
                "\(pid.map { "Process \($0)" } ?? "A process") works in the data folder; most often its daemon, which verbs ask."
            )
        case .unreadable(let reason):
            .unknown(
                .lock, .lockUnknown, "Whether somebody works in the data folder cannot be known: \(reason).",
                "Look for a daemon: ps -C caisson -o pid,args")
        }
    }
}
