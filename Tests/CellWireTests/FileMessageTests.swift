import CellWire
import Testing

@Suite struct FileMessageTests {
    static let messages: [FileMessage] =
        [.begin(path: "result.json", size: 0), .begin(path: "a/ü", size: .max)]
        + FileMessage.Problem.allCases.map { .problem(path: "out/x", $0) }

    @Test("every message rounds", arguments: messages)
    func roundTrip(_ message: FileMessage) throws {
        #expect(try FileMessage(message.message) == message)
    }

    @Test("the words and the numbers of the problems are frozen")
    func problems() {
        #expect(FileMessage.Problem.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
        let words = ["missing", "not_a_file", "is_a_link", "too_large", "unreadable"]
        #expect(FileMessage.Problem.allCases.map(\.word) == words)
    }

    @Test("a problem that a newer cell may know is at least a problem")
    func unknownProblem() throws {
        let path = Samples.field(1, Array("x".utf8))
        for body in [path, path + Samples.field(2, 6), path + Samples.field(2, .max)] {
            #expect(try FileMessage(Message(kind: 2, body: body)) == .problem(path: "x", .unreadable))
        }
    }

    @Test("a file without a size, or with a negative one, and an unknown kind are refused")
    func malformed() {
        let path = Samples.field(1, Array("x".utf8))
        for body in [[], path, path + Samples.field(2, .max)] {
            #expect(throws: MessageError.self) { try FileMessage(Message(kind: 1, body: body)) }
        }
        #expect(throws: MessageError.unknownKind(3)) { try FileMessage(Message(kind: 3)) }
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
