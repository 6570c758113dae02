import CellWire
import Testing

@Suite struct FileMessageTests {
    static let messages: [FileMessage] =
        [.begin(path: "result.json", size: 0), .begin(path: "a/ü", size: .max)]
        + FileMessage.Problem.allCases.map { .problem(path: "out/x", $0) }
        + FileMessage.Change.allCases.map { .change(path: "out/x", $0) }

    @Test("every message rounds", arguments: messages)
    func roundTrip(_ message: FileMessage) throws {
        #expect(try FileMessage(message.message) == message)
    }

    @Test("the words and the numbers of the problems are frozen")
    func problems() {
        #expect(FileMessage.Problem.allCases.map(\.rawValue) == Array(1...14))
        let words = [
            "missing", "not_a_file", "is_a_link", "too_large", "unreadable", "is_a_folder", "is_a_device", "is_a_fifo",
            "is_a_socket", "no_match", "bad_name", "too_many_files", "too_deep", "pattern_too_costly",
        ]
        #expect(FileMessage.Problem.allCases.map(\.word) == words)
        #expect(FileMessage.Change.allCases.map(\.rawValue) == [1, 2, 3])
        #expect(FileMessage.Change.allCases.map(\.word) == ["added", "modified", "deleted"])
    }

    @Test("a problem that a newer cell may know is at least a problem")
    func unknownProblem() throws {
        let path = Samples.field(1, Array("x".utf8))
        for body in [path, path + Samples.field(2, 15), path + Samples.field(2, 300), path + Samples.field(2, .max)] {
            #expect(try FileMessage(Message(kind: 2, body: body)) == .problem(path: "x", .unreadable))
        }
    }

    @Test("a file without a size, or with a negative one, and an unknown kind are refused")
    func malformed() {
        let path = Samples.field(1, Array("x".utf8))
        for body in [[], path, path + Samples.field(2, .max)] {
            #expect(throws: MessageError.self) { try FileMessage(Message(kind: 1, body: body)) }
        }
        for body in [[], path, path + Samples.field(2, 0), path + Samples.field(2, 4)] {
            #expect(throws: MessageError.self) { try FileMessage(Message(kind: 3, body: body)) }
        }
        #expect(throws: MessageError.unknownKind(4)) { try FileMessage(Message(kind: 4)) }
    }

    @Test("a torn body is refused, wherever it is torn", arguments: messages)
    func torn(_ message: FileMessage) {
        let body = message.message.body
        let whole = Samples.boundaries(body)
        for count in 0..<body.count where !whole.contains(count) {
            #expect(throws: MessageError.self, "\(count) bytes") {
                try FileMessage(Message(kind: message.message.kind, body: Array(body[..<count])))
            }
        }
    }
}
