import Foundation
import Model
import TestSupport
import Testing

@testable import Daemon

@Suite struct LogFileTests {
    private func make(_ place: LogFile.Place) throws -> LogFile {
        try LogFile(place) { "\($0) dropped" }
    }

    @Test("a full file is put aside, and so many are kept")
    func rotation() async throws {
        try await TemporaryFolder.with { folder in
            let file = try make(LogFile.Place(path: folder.file("log"), size: ByteCount(bytes: 30), count: 3))
            for number in 0..<8 { file.write("line \(number) of ten") }  // 15 bytes each: two in a file
            await file.flush()
            let contents = try folder.contents().mapValues { String(decoding: $0, as: UTF8.self) }
            #expect(contents["log"] == "line 6 of ten\nline 7 of ten\n")
            #expect(contents["log.1"] == "line 4 of ten\nline 5 of ten\n")
            #expect(contents["log.2"] == "line 2 of ten\nline 3 of ten\n")
            #expect(contents.count == 3)
            #expect(try folder.mode(of: "log") == 0o600)
        }
    }

    @Test("a log of one file begins anew")
    func single() async throws {
        try await TemporaryFolder.with { folder in
            let file = try make(LogFile.Place(path: folder.file("log"), size: ByteCount(bytes: 10), count: 1))
            for word in ["first", "second"] { file.write(word) }
            await file.flush()
            #expect(try folder.contents().mapValues { String(decoding: $0, as: UTF8.self) } == ["log": "second\n"])
        }
    }

    @Test("what is there goes on, and counts")
    func appending() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("0123456789\n", to: "log")
            let file = try make(LogFile.Place(path: folder.file("log"), size: ByteCount(bytes: 14), count: 2))
            file.write("ab")
            file.write("cd")
            await file.flush()
            let contents = try folder.contents().mapValues { String(decoding: $0, as: UTF8.self) }
            #expect(contents == ["log": "cd\n", "log.1": "0123456789\nab\n"])
        }
    }

    @Test("after somebody else has put the file aside, lines go into a new one")
    func reopened() async throws {
        try await TemporaryFolder.with { folder in
            let file = try make(LogFile.Place(path: folder.file("log"), size: .mebibytes(1), count: 2))
            file.write("old")
            await file.flush()
            try FileManager.default.moveItem(atPath: folder.file("log"), toPath: folder.file("aside"))
            file.write("still old")
            file.reopen()
            file.write("new")
            await file.flush()
            let contents = try folder.contents().mapValues { String(decoding: $0, as: UTF8.self) }
            #expect(contents == ["aside": "old\nstill old\n", "log": "new\n"])
        }
    }

    @Test("a log that cannot be opened is told, and a link is not followed")
    func refused() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("link"), withDestinationPath: folder.file("target"))
            for name in ["link", "no/log", "."] {
                #expect(throws: LogFileError.self) {
                    try make(LogFile.Place(path: folder.file(name), size: .mebibytes(1), count: 1))
                }
            }
        }
    }

    @Test("a line cannot be taken for two, nor for another field, in either form")
    func lines() throws {
        let fields = [("msg", "a \"b\"\nlevel=error"), ("job", "abc"), ("n", ""), ("x", "\u{1B}[31m\u{202E}")]
        let logfmt = DaemonLog.line(fields, .logfmt)
        #expect(logfmt == #"msg="a \"b\"\nlevel=error" job=abc n="" x="\u001b[31m\u202e""#)
        let json = DaemonLog.line(fields, .json)
        let read = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
        #expect(read == Dictionary(uniqueKeysWithValues: fields))
        #expect(DaemonLog.line([("a", String(repeating: "x", count: 5000))], .logfmt).count < 1100)
    }
}
