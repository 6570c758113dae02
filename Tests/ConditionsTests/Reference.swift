import Foundation
import Model
import TestSupport
import Testing

/// What CPython says to expressions: `reference.py`, run once for many of them.
enum Reference {
    struct Failure: Error {
        let status: Int32
        let said: String
    }

    struct Request {
        let source: String
        let given: [String: JSONValue]
    }

    /// Either a value's `repr` or a kind of error.
    struct Answer: Decodable, Hashable {
        var value: String?
        var error: String?
    }

    /// Python 3.11, the one that the language is that of; the first along `PATH`.
    private static let program: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/bin"]
        return folders.map { "\($0)/python3.11" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Where there is none the comparison is skipped, with the reason printed; with `CAISSON_REQUIRE_ENGINE=1` it fails.
    static var isWanted: Bool {
        ProcessInfo.processInfo.environment["CAISSON_REQUIRE_ENGINE"] == "1" || program != nil
    }

    static let comment: Comment = "there is no python3.11 along PATH"

    static func answers(to requests: [Request]) async throws -> [Answer] {
        guard let program else { throw Failure(status: 127, said: "\(comment)") }
        return try await TemporaryFolder.with { folder in
            try folder.write(requests.map(line).joined(), to: "in")
            for name in ["out", "err"] { try folder.write("", to: name) }
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = [
                "-B", URL(filePath: #filePath).deletingLastPathComponent().appending(path: "reference.py").path,
            ]
            process.standardInput = FileHandle(forReadingAtPath: folder.file("in"))
            process.standardOutput = FileHandle(forWritingAtPath: folder.file("out"))
            process.standardError = FileHandle(forWritingAtPath: folder.file("err"))
            let status = try await withCheckedThrowingContinuation { (end: CheckedContinuation<Int32, any Error>) in
                process.terminationHandler = { end.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { end.resume(throwing: error) }
            }
            let written = try folder.contents()
            guard status == 0, let output = written["out"] else {
                throw Failure(status: status, said: String(decoding: written["err"] ?? Data(), as: UTF8.self))
            }
            return try output.split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode(Answer.self, from: Data($0))
            }
        }
    }

    private static func line(_ request: Request) -> String {
        json(.object(["source": .string(request.source), "given": .object(request.given)])) + "\n"
    }

    /// With floats as such, which Foundation would write as whole numbers where they are.
    private static func json(_ value: JSONValue) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .string(let text):
            let escaped = text.unicodeScalars.map { scalar -> String in
                guard scalar.value < 0x20 || scalar == "\"" || scalar == "\\" else { return String(scalar) }
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            return "\"\(escaped.joined())\""
        case .array(let elements): return "[" + elements.map(json).joined(separator: ",") + "]"
        case .object(let members):
            return "{" + members.map { json(.string($0)) + ":" + json($1) }.joined(separator: ",") + "}"
        }
    }
}
