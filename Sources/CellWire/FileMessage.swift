/// What the files channel carries when the tool has ended: the result file first, if it was asked for, then each artifact.
///
/// After a ``begin(path:size:)`` come the file's bytes themselves, without headers, so that they lie in one piece in the
/// spool; the next message follows them.
package enum FileMessage: Sendable, Hashable {
    case begin(path: String, size: Int)
    /// A file that was asked for and is not collected.
    case problem(path: String, Problem)

    package enum Problem: UInt8, Sendable, Hashable, CaseIterable {
        case missing = 1
        /// A folder, a device, a FIFO or a socket.
        case notAFile = 2
        /// A symbolic link, at the end or on the way.
        case link = 3
        case tooLarge = 4
        case unreadable = 5

        /// The stable word for records and people.
        package var word: String {
            switch self {
            case .missing: "missing"
            case .notAFile: "not_a_file"
            case .link: "is_a_link"
            case .tooLarge: "too_large"
            case .unreadable: "unreadable"
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
        default: throw .unknownKind(message.kind)
        }
    }
}
