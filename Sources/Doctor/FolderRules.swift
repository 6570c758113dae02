import Model
import Ports

/// Whether the data folder is there, ours alone, and on a disk that can hold it.
struct FolderRules {
    let facts: FolderFacts

    /// Room below which no job can be kept, or soon will not.
    static let least = (fail: ByteCount.mebibytes(16), warn: ByteCount.mebibytes(512))

    var findings: [Finding] {
        var findings = [folder]
        if case .present = facts.state { findings.append(content) }
        let space = SpaceRule(
            check: .folderSpace, place: "the data folder \(facts.path)", least: Self.least,
            problems: .init(
                full: .folderSpaceGone, low: .folderSpaceLow, noFiles: .folderFilesGone, fewFiles: .folderFilesLow,
                unknown: .folderSpaceUnknown),
            remedy: "Free some space, or use another disk with --home.")
        return findings + [space.finding(facts.space), fileSystem]
    }

    private var folder: Finding {
        let path = facts.path
        let other = "Give another folder with --home or CAISSON_HOME."
        switch facts.state {
        case .missing(_, true): return .ok(.folder, "There is no data folder \(path) yet; the first run makes it.")
        case .missing(let parent, false):
            return .fail(
                .folder, .folderImpossible, "There is no data folder \(path), and none can be made in \(parent).", other
            )
        case .notAFolder: return .fail(.folder, .folderIsNone, "\(path) is not a folder.", other)
        case .unreadable(let reason):
            return .fail(.folder, .folderHidden, "\(path) cannot be looked at: \(reason).", other)
        case .present(let owner, let isOurs, let mode, let isWritable):
            let octal = String(mode, radix: 8)
            guard isOurs else {
                return .fail(.folder, .folderNotOurs, "The data folder \(path) belongs to user \(owner).", other)
            }
            guard mode & 0o077 == 0 else {
                return .fail(
                    .folder, .folderOpen, "The data folder \(path) lets others in: its mode is \(octal).",
                    "Make it private: chmod 700 \(path)")
            }
            guard isWritable else {
                return .fail(
                    .folder, .folderReadOnly, "The data folder \(path) cannot be written to.",
                    "Make it writable (chmod 700 \(path)), or: \(other)")
            }
            return .ok(.folder, "The data folder \(path) is yours alone (mode \(octal)).")
        }
    }

    private var content: Finding {
        guard facts.misplaced.isEmpty else {
            return .fail(
                .folderContent, .folderMisplaced,
                "In the data folder these should be folders and are not: \(facts.misplaced.joined(separator: ", ")).",
                "Move them away; Caisson makes its folders itself.")
        }
        return .ok(.folderContent, "What lies in it is as Caisson makes it.")
    }

    private var fileSystem: Finding {
        let remedy = "Keep the data folder on a local disk, with --home or CAISSON_HOME."
        guard let kind = facts.fileSystem else {
            return .unknown(
                .folderFileSystem, .fileSystemUnknown, "What file system \(facts.path) lies on cannot be read.",
                "Look for it: findmnt -T \(facts.path)")
        }
        switch kind.place {
        case .local: return .ok(.folderFileSystem, "It lies on \(kind.name).")
        case .memory:
            return .warn(
                .folderFileSystem, .folderInMemory,
                "The data folder lies on \(kind.name), in memory: a restart of the machine empties it.", remedy)
        case .network:
            return .warn(
                .folderFileSystem, .folderOnNetwork,
                "The data folder lies on \(kind.name), whose locks and shared memory a database cannot rely upon.",
                remedy)
        }
    }
}
