import Model

/// Why something that was named on the command line cannot be read or written.
enum FileError: UserFacingError, Hashable {
    case unreadable(path: String, reason: String)
    case notAFile(path: String)
    /// A flag's word that was split at its last colon, while the whole of it is a file.
    case colon(flag: String, word: String)
    /// A word that is not UTF-8.
    case badName(flag: String)
    case unwritable(path: String, reason: String)
    /// What is to be made is there: nothing is put in its place.
    case exists(path: String)

    var code: ErrorCode {
        switch self {
        case .unreadable, .notAFile, .colon: .inputUnreadable
        case .badName: .invalidInput
        case .unwritable, .exists: .outputUnwritable
        }
    }

    var message: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .notAFile(let path): "\(path) is not a regular file."
        case .colon(let flag, let word):
            "\(flag) \(word) names no file: what follows the last colon is the name in /work."
        case .badName(let flag): "\(flag) has a name that is not UTF-8."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)."
        case .exists(let path): "\(path) is there already, and nothing is put in its place."
        }
    }

    var remedy: String? {
        switch self {
        case .unreadable: "Check the path and its permissions."
        case .notAFile: "Give a regular file; for a stream use --stdin -, for a folder --dir."
        case .colon(let flag, let word): "For the file \(word) itself, give it a name: \(flag) \(word):NAME."
        case .badName: "Rename it, or feed it with --stdin."
        case .unwritable: "Check that the folder exists and belongs to you."
        case .exists: "Give a name that nothing has yet, or move away what is there."
        }
    }
}
