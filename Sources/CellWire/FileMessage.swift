/// What the files channel carries when the tool has ended: the result file first, if it was asked for, then each artifact,
/// then the changes, if they were asked for.
///
/// After a ``begin(path:size:)`` come the file's bytes themselves, without headers, so that they lie in one piece in the
/// spool; the next message follows them.
package enum FileMessage: Sendable, Hashable {
    case begin(path: String, size: Int)
    /// A file that was asked for and is not collected.
    case problem(path: String, Problem)
    /// A file that is not as it was put there. Its ``begin(path:size:)`` or ``problem(path:_:)`` follows, unless the path came
    /// before, or the file is gone.
    case change(path: String, Change)

    package enum Change: UInt8, Sendable, Hashable, CaseIterable {
        case added = 1
        case modified = 2
        case deleted = 3

        /// The stable word for records and people.
        package var word: String {
            switch self {
            case .added: "added"
            case .modified: "modified"
            case .deleted: "deleted"
            }
        }
    }

    package enum Problem: UInt8, Sendable, Hashable, CaseIterable {
        case missing = 1
        /// A folder, a device, a FIFO or a socket, from a cell that does not tell them apart.
        case notAFile = 2
        /// A symbolic link, at the end or on the way.
        case link = 3
        case tooLarge = 4
        case unreadable = 5
        case folder = 6
        case device = 7
        case fifo = 8
        case socket = 9
        /// Of a pattern: no file fits it.
        case noMatch = 10
        /// The name is not UTF-8; the path shows its bytes escaped.
        case badName = 11
        /// Of a pattern: more files fit than are collected.
        case tooMany = 12
        /// Of a folder: what lies in it is not looked for.
        case tooDeep = 13
        /// Of a pattern: to find out which files fit takes too long.
        case tooCostly = 14

        /// The stable word for records and people.
        package var word: String {
            switch self {
            case .missing: "missing"
            case .notAFile: "not_a_file"
            case .link: "is_a_link"
            case .tooLarge: "too_large"
            case .unreadable: "unreadable"
            case .folder: "is_a_folder"
            case .device: "is_a_device"
            case .fifo: "is_a_fifo"
            case .socket: "is_a_socket"
            case .noMatch: "no_match"
            case .badName: "bad_name"
            case .tooMany: "too_many_files"
            case .tooDeep: "too_deep"
            case .tooCostly: "pattern_too_costly"
            }
        }
    }

    package var message: Message {
        var fields = FieldWriter()
        switch self {
        case .begin(let path, let size):
            fields.put(1, path)
            fields.put(2, size)
            return Message(kind: 1, body: fields.bytes)
        case .problem(let path, let problem):
            fields.put(1, path)
            fields.put(2, Int(problem.rawValue))
            return Message(kind: 2, body: fields.bytes)
        case .change(let path, let change):
            fields.put(1, path)
            fields.put(2, Int(change.rawValue))
            return Message(kind: 3, body: fields.bytes)
        }
    }

    package init(_ message: Message) throws(MessageError) {
        switch message.kind {
        case 1:
            let fields = try FieldReader(message.body)
            guard let size = fields.integer(2), size >= 0 else { throw .malformed("a file without a size") }
            self = .begin(path: fields.string(1), size: size)
        case 2:
            let fields = try FieldReader(message.body)
            let problem = fields.integer(2).flatMap(UInt8.init(exactly:)).flatMap(Problem.init(rawValue:))
            self = .problem(path: fields.string(1), problem ?? .unreadable)
        case 3:
            let fields = try FieldReader(message.body)
            guard let change = fields.integer(2).flatMap(UInt8.init(exactly:)).flatMap(Change.init(rawValue:)) else {
                throw .malformed("a change of an unknown kind")
            }
            self = .change(path: fields.string(1), change)
        default: throw .unknownKind(message.kind)
        }
    }
}
