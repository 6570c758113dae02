import Foundation
import Model
import TestSupport
import Testing

/// What a tool may leave as its result, and what becomes of the job: each case has its state, its reason and its sentence.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ResultFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// For `python3 -c`.
        let script: String
        let reason: String
        let message: String
        /// What `caisson result` gives; `nil` if there is none.
        var result: String?
        var testDescription: String { name }

        init(_ name: String, _ script: String, _ reason: String, _ message: String, result: String? = nil) {
            (self.name, self.script, self.reason, self.message, self.result) = (name, script, reason, message, result)
        }
    }

    private static func writing(_ expression: String) -> String { "open('result.json', 'wb').write(\(expression))" }
    private static let ok = "The tool exited with status 0."
    private static func but(_ end: String) -> String { "The tool exited with status 0, but result.json \(end)" }

    static let cases: [Case] = [
        Case(
            "valid", writing(#"b'{"a": [1, 2.5, "\\u00fc"]}'"#), "exit_status", ok,
            result: #"{"a": [1, 2.5, "\u00fc"]}"# + "\n"),
        Case("missing", "pass", "exit_status", ok),
        Case(
            "empty", writing("b''"), "result_not_json", but("is not JSON: line 1, column 1: it is empty."), result: "\n"
        ),
        Case(
            "not JSON", writing("b'hello'"), "result_not_json",
            but("is not JSON: line 1, column 1: no value can begin here."), result: "hello\n"),
        Case("too large", writing("b'1' * (1 << 20) + b'1'"), "result_too_large", but("is larger than 1MiB.")),
        Case(
            "a link", "import os; os.symlink('/etc/passwd', 'result.json')", "result_is_a_link",
            but("is a link, and links are not followed.")),
        Case("a folder", "import os; os.mkdir('result.json')", "result_is_a_folder", but("is a folder.")),
        Case("a FIFO", "import os; os.mkfifo('result.json')", "result_is_a_fifo", but("is a FIFO.")),
        Case(
            "a socket", "import socket; socket.socket(socket.AF_UNIX).bind('result.json')", "result_is_a_socket",
            but("is a socket.")),
        Case(
            "unreadable", writing("b'{}'") + "; import os; os.chmod('result.json', 0)", "result_unreadable",
            but("cannot be read by its owner.")),
        Case(
            "as deep as may be", writing("b'[' * 512 + b']' * 512"), "exit_status", ok,
            result: String(repeating: "[", count: 512) + String(repeating: "]", count: 512) + "\n"),
        Case(
            "deeper", writing("b'[' * 200000"), "result_not_json",
            but("is not JSON: line 1, column 513: more than 512 arrays and objects are open."),
            result: String(repeating: "[", count: 200_000) + "\n"),
        Case(
            "huge and valid", writing("b'[' + b'1,' * 500000 + b'1]'"), "exit_status", ok,
            result: "[" + String(repeating: "1,", count: 500_000) + "1]\n"),
        Case("not UTF-8", writing(#"b'"\xff"'"#), "result_not_json", but("is not JSON: line 1, column 2: not UTF-8.")),
        Case(
            "a byte order mark", writing(#"b'\xef\xbb\xbf{}'"#), "result_not_json",
            but("is not JSON: line 1, column 1: a byte order mark.")),
        Case(
            "UTF-16", writing("'{}'.encode('utf-16')"), "result_not_json",
            but("is not JSON: line 1, column 1: not UTF-8.")),
        Case(
            "a name twice", writing(#"b'{"a": 1, "a": 2}'"#), "result_not_json",
            but("is not JSON: line 1, column 10: the object has a member of this name already."),
            result: #"{"a": 1, "a": 2}"# + "\n"),
        Case(
            "a comma at the end", writing("b'[1,]'"), "result_not_json",
            but("is not JSON: line 1, column 4: nothing stands behind the comma."), result: "[1,]\n"),
        Case(
            "a crash before", "import os; os.abort(); " + writing("b'{}'"), "signal", "The tool was ended by signal 6."),
        Case(
            "a crash after", writing("b'{}'") + "; import os; os.kill(os.getpid(), 11)", "signal",
            "The tool was ended by signal 11."),
        Case(
            "an early exit", writing("b'{}'") + "; import sys; sys.exit(3)", "exit_status",
            "The tool exited with status 3.", result: "{}\n"),
        Case(
            "a syntax error", "def", "exit_status", "The tool exited with status 1."),
        Case(
            "binary output beside it", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 9); " + writing("b'1'"),
            "exit_status", ok, result: "1\n"),
    ]

    @Test("a result is judged by its kind and its content", arguments: cases)
    func result(_ testCase: Case) async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", testCase.script)
            let isSuccess = testCase.message == Self.ok
            #expect(outcome.status == (isSuccess ? 0 : 1), "\(outcome.err)")
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            #expect(job["state"]?.stringValue == (isSuccess ? "succeeded" : "failed"))
            #expect(job["reason"]?.stringValue == testCase.reason)
            #expect(job["message"]?.stringValue == testCase.message)
            let binary = testCase.name.hasPrefix("binary")
            #expect(outcome.stdout == (binary ? Data((0..<9).flatMap { _ in 0...255 as ClosedRange<UInt8> }) : Data()))
            let result = try await caisson.caisson("result", "@latest")
            if let wanted = testCase.result {
                #expect(result.status == 0)
                #expect(result.out == wanted)
            } else if testCase.reason != "result_not_json" && !testCase.name.hasPrefix("a crash after") {
                #expect(result.status == 3)
            }
        }
    }

    @Test("as JSON, a result is put in as it is: no number loses a digit, no member its place")
    func verbatim() async throws {
        try await CommandFixture.with { caisson in
            let text = #"{"z": 12345678901234567890123, "a": 1e999, "b": 0.1000}"#
            let outcome = try await caisson.run([], "sh", "-c", "echo '\(text)' > result.json")
            #expect(outcome.status == 0, "\(outcome.err)")
            let result = try await caisson.caisson("result", "@latest", "-o", "json")
            #expect(result.out.contains("\"result\" : \(text)\n"))
            #expect(result.out.contains("\"state\" : \"succeeded\""))
        }
    }
}
