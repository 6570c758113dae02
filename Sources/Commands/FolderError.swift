import Model

/// Why a folder cannot be given to a job.
enum FolderError: UserFacingError, Hashable {
    case notAFolder(path: String)
    /// The folder itself cannot be opened.
    case noFolder(path: String, reason: String)
    /// Something in it cannot be read.
    case unreadable(path: String, reason: String)
    /// The file with its patterns cannot be read.
    case rules(path: String, reason: String)
    /// Something in it that is neither a regular file nor a folder.
    case kind(path: String, kind: String)
    case name(folder: String)
    case tooManyFiles(path: String, found: Int, more: Bool, limit: Int)
    case tooManyEntries(path: String, limit: Int)
    case tooDeep(path: String, limit: Int)
    case pattern(path: String, line: Int, problem: String)
    /// More problems like those that were told.
    case more(path: String, count: Int)

    var code: ErrorCode {
        switch self {
        case .notAFolder, .noFolder, .unreadable, .rules: .inputUnreadable
        case .kind, .name, .tooManyFiles, .tooManyEntries, .tooDeep, .pattern, .more: .invalidInput
        }
    }

    var message: String {
        switch self {
        case .notAFolder(let path): "\(shown(path)) is not a folder."
        case .noFolder(let path, let reason), .unreadable(let path, let reason), .rules(let path, let reason):
            "\(shown(path)) cannot be read: \(reason)."
        case .kind(let path, let kind): "\(shown(path)) is \(kind), which cannot be given to a job."
        case .name(let folder): "\(shown(folder)) holds a name that is not UTF-8."
        case .tooManyFiles(let path, let found, let more, let limit):
            "\(shown(path)) holds \(found)\(more ? " files and more" : " files"), but a job gets at most \(limit)."
        case .tooManyEntries(let path, let limit): "\(shown(path)) holds more than \(limit) files and folders."
        case .tooDeep(let path, let limit): "\(shown(path)) lies deeper than \(limit) folders."
        case .pattern(let path, let line, let problem): "Line \(line) of \(shown(path)) \(problem)."
        case .more(let path, let count): "\(shown(path)) holds \(count) more that cannot be given to a job."
        }
    }

    var remedy: String? {
        switch self {
        case .notAFolder: "Give a folder; for a file use --file."
        case .noFolder, .rules: "Check the path and its permissions."
        case .unreadable: "Check the path and its permissions, or leave it out by a line in \(IgnoreRules.fileName)."
        case .name: "Rename it, or leave out the folder it lies in by a line in \(IgnoreRules.fileName)."
        case .kind, .tooManyFiles, .tooManyEntries, .tooDeep, .more:
            "Leave it out by a line in \(IgnoreRules.fileName) at the top of the folder."
        case .pattern: "Write one pattern a line, as in .gitignore, without backslashes."
        }
    }

    private func shown(_ path: String) -> String { TextTable.oneLine(path, width: 300) }
}

/// Everything that is wrong with a folder.
struct FolderProblems: Error {
    let problems: [FolderError]
}
