import Ports

/// Whether the job database can be used.
enum StoreRules {
    static func finding(_ facts: StoreFacts) -> Finding {
        let restore = "Put a backup of it in its place (Docs/Operations.md), or start with another folder (--home)."
        switch facts {
        case .missing(true):
            return .fail(.store, "There are spools or blobs, but the job database is missing.", restore)
        case .missing(false): return .ok(.store, "There is no job database yet; the first run makes it.")
        case .unreadable(let trouble): return .fail(.store, trouble.message, trouble.remedy ?? restore)
        case .present(let survey, let isOrphaned):
            if case .broken(let words) = survey.integrity {
                return .fail(.store, "The job database is damaged: \(words).", restore)
            }
            switch survey.age {
            case .newer(let steps):
                let error = StoreError.newer(found: steps)
                return .fail(.store, error.message, error.remedy ?? restore)
            case .empty:
                return isOrphaned
                    ? .fail(.store, "There are spools or blobs, but the job database is empty.", restore)
                    : .ok(.store, "The job database is empty.")
            case .older:
                return .ok(.store, "The job database is of an older release; the next run brings it up to date.")
            case .current: break
            }
            let jobs = "\(counted(survey.jobs, "job")), \(survey.openJobs) of them open"
            guard survey.integrity == .sound else {
                return .warn(
                    .store, "The job database has \(jobs); it is too large to be checked for damage in time.",
                    "Check it at leisure: sqlite3 -readonly caisson.db 'PRAGMA quick_check'")
            }
            return .ok(.store, "The job database has \(jobs), and is sound (SQLite \(survey.library)).")
        }
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
                "\(pid.map { "Process \($0)" } ?? "A process") works in the data folder; another run waits for its end."
            )
        case .unreadable(let reason):
            .warn(
                .lock, "Whether somebody works in the data folder cannot be known: \(reason).",
                "Look for another `caisson run` with ps.")
        }
    }
}
