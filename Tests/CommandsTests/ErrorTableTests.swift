import ControlAPI
import ControlClient
import Daemon
import Documents
import Foundation
import Hardening
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

/// `Docs/Errors.md` says what the code does.
@Suite struct ErrorTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The cells of the rows beneath a heading of the page.
    private static func rows(beneath heading: String) throws -> [[String]] {
        let text = try String(contentsOf: root.appending(path: "Docs/Errors.md"), encoding: .utf8)
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix("\(heading)\n") } ?? ""
        let lines = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        return lines.map { line in
            line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// An error of every kind, so that each code has at least one.
    private static let errors: [any UserFacingError] =
        [
            ModelError.outOfRange(field: "FIELD", value: "1", allowed: "2 ... 3"),
            ModelError.malformed(field: "FIELD", value: "1", expected: "EXPECTED"),
            ModelError.illegalMove(from: "a", to: "b"),
            LaunchError.forbidden(socket: "x"), LaunchError.notStarted(reason: "x"), LaunchError.died(home: "x"),
            LaunchError.silent(home: "x", limit: .seconds(1)), ControlSocket.Failure.taken(path: "x"),
            ControlSocket.Failure.unusable(path: "x", reason: "y"),
            ConfigurationMistake(key: "FIELD", value: "1", origin: .standard, allowed: "2"),
            HardeningError.unknownProfile("x", known: ["standard"]),
            HardeningError.brokenProfile(file: "x", detail: "y"),
            HardeningError.filterNotBuilt(detail: "x"),
            FileError.unreadable(path: "x", reason: "y"), FileError.notAFile(path: "x"),
            FileError.unwritable(path: "x", reason: "y"), FileError.exists(path: "x"),
            StillThere(pid: 1, drain: "finish", limit: .seconds(5)),
            OutputError.unwritable(stream: "standard output", reason: "x"),
            OutputError.begunAnew(stream: "standard output"),
            UsageError("x", arguments: []), UnforeseenError(kind: "x"), NotText(place: "Argument 1"),
            StoreError.notFound("x"), StoreError.folderMissing(path: "x"), StoreError.emptied(path: "x"),
            StoreError.illegalState(id: "x", state: .failed, action: "cancelled"),
            StoreError.runsNothing(id: "x", kind: .graph), ManyJobs(count: 21, verb: "Cancel"), TooManyJobs(most: 1),
            FlagOfOneJob(flag: "--env", document: "a graph"),
            StoreError.ambiguous(prefix: "a", matches: 2), StoreError.conflict(id: "a", expected: "b", found: "c"),
            StoreError.locked(path: "x", pid: 1, waited: .seconds(60)), StoreError.busy(waited: .seconds(5)),
            StoreError.newer(found: "x"), StoreError.wrongMode(pragma: "a", wanted: "b", found: "c"),
            StoreError.corrupt(detail: "x"), StoreError.noSpace(path: "x"),
            StoreError.unavailable(path: "x", reason: "y"),
            EngineError.unreachable(address: "x", reason: "y"), EngineError.tooOld(found: "1.24", needed: "1.41"),
            EngineError.timedOut(call: "x", limit: .seconds(1)),
            EngineError.refused(call: "x", status: 500, detail: "y"),
            EngineError.protocolViolation(call: "x", detail: "y"), EngineError.imageNotFound(name: "x"),
            EngineError.imageRefused(name: "x", reason: "y"), EngineError.profileNotApplied([]),
            EngineError.unexpectedWarnings(["x"]), EngineError.cellUnavailable(reason: "x"),
            EngineError.probeUnavailable(reason: "x"),
            EngineError.cellLost(detail: "x"), EngineError.cellOutOfMemory(detail: "x"),
            EngineError.cellRefused(code: "x", detail: "y"), EngineError.cellProtocol(detail: "x"),
            EngineError.interrupted,
            EngineError.notTrusted(address: "x", reason: "y", remedy: "z"),
            EngineError.certificateUnusable(path: "x", reason: "y"),
            EngineError.imageGone(name: "x", id: "y", source: "z"),
            EngineError.sandboxEnded(detail: "x"), EngineError.sandboxPaused, EngineError.engineLost(detail: "x"),
            EngineError.outcomeLost, EngineError.clockRanOut(.start, limit: .seconds(1)),
            StoreError.input(path: "x", reason: "y"), StoreError.tooLarge(what: "x", limit: .mebibytes(1)),
            RunError.noImage, RunError.standardInputTwice, FolderError.notAFolder(path: "x"),
            FolderError.kind(path: "x", kind: "a FIFO"), FolderError.pattern(path: "x", line: 1, problem: "y"),
        ] + control + documents + queue

    /// Those of the control socket, on either side.
    private static let control: [any UserFacingError] = [
        ControlAPIError.pathTooLong(path: "x", bytes: 108), ControlAPIError.notASocket(path: "x"),
        ControlAPIError.socketInUse(path: "x"),
        ControlAPIError.socketUnusable(path: "x", reason: "y"), ControlAPIError.foreignPeer(uid: 1),
        ControlAPIError.unknownPath("/x"), ControlAPIError.wrongMethod(method: "PUT", path: "/x", allowed: ["GET"]),
        ControlAPIError.badParameter(name: "x", value: "y", expected: "z"),
        ControlAPIError.unknownParameter(name: "x", known: []), ControlAPIError.badBody(pointer: "/x", detail: "y"),
        ControlAPIError.bodyTooLarge(limit: .mebibytes(1)), ControlAPIError.bodyTooSlow(limit: .seconds(30)),
        ControlAPIError.bodyCut, ControlAPIError.conflict("It is so.", remedy: "Look at it again with `caisson show`."),
        ControlAPIError.stopping,
        ControlError.unreachable(path: "x", .noSocket), ControlError.unreachable(path: "x", .stale),
        ControlError.unreachable(path: "x", .notAllowed), ControlError.unreachable(path: "x", .silent("y.")),
        ControlError.pathUnusable(path: "x"), ControlError.protocolViolation(detail: "x"),
        ControlError.waitTimedOut(job: "x", state: "running", limit: .seconds(5)), ControlError.fault(message: "x."),
    ]

    /// Those of the verbs about the queue.
    private static var queue: [any UserFacingError] {
        var generator = SeededGenerator(seed: 1)
        let id = JobID(using: &generator)
        return [
            StoreError.idempotencyConflict(key: "k", job: id), NotDead(id: id, state: .failed),
            NoApproval(id: id, kind: .job, waiting: []), NoApproval(id: id, kind: .graph, waiting: [id, id]),
        ]
    }

    /// What is wrong with a document of each kind, and with none.
    private static var documents: [any UserFacingError] {
        let texts = [
            Array("{".utf8), Array("kind: [".utf8), [0xFF], [], Array("kind: job\nmemory: 1".utf8),
            [UInt8](repeating: 0x20, count: Int(DocumentBounds.bytes.bytes) + 1),
        ]
        var found: [any UserFacingError] = []
        for text in texts {
            do throws(DocumentMistakes) { _ = try JobDocument(reading: text, name: "x") } catch {
                found += error.mistakes
            }
        }
        do throws(InputError) { _ = try RunDocument("/none/at/all") } catch { found += error.mistakes }
        return found
    }

    @Test("every code has one row, with its exit status, and a hint that an error of that code gives")
    func codes() throws {
        let rows = try Self.rows(beneath: "Codes")
        #expect(rows.map { $0[0] } == ErrorCode.allCases.map { "`\($0.rawValue)`" })
        for (code, row) in zip(ErrorCode.allCases, rows) {
            #expect(row.count == 4)
            #expect(row[1] == "\(ExitStatus(code).rawValue)", "\(code)")
            #expect(row[2].count > 10, "\(code)")
            let hints = Self.errors.filter { $0.code == code }.compactMap(\.remedy)
            #expect(hints.contains(row[3]), "\(code): \(hints)")
        }
    }

    @Test("every error that reaches a person is one sentence, and says what to do")
    func sentences() {
        for error in Self.errors {
            #expect([".", "y", "?"].contains(error.message.suffix(1)), "\(error.message)")
            #expect(error.remedy?.isEmpty == false, "\(error)")
        }
    }

    /// The stable words in the sources of the verdict, and of those who settle a job without one.
    private static func reasons() throws -> Set<String> {
        let files = try ["Scheduler", "SQLiteStore"].flatMap { target in
            try FileManager.default.contentsOfDirectory(
                at: root.appending(path: "Sources/\(target)"), includingPropertiesForKeys: nil)
        }
        let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let states = "succeeded|failed|timedOut|oomKilled|cancelled|errored"
        let patterns = [
            #"\.(?:\#(states)),\s*"([a-z_]+)""#, #"code == "([a-z_]+)""#, #"\(reason, message\) = \("([a-z_]+)""#,
            #"return \("([a-z_]+)", ""#, #"reason: "([a-z_]+)", message"#, #"case [a-z]+ = "([a-z]+_clock)""#,
            #"isApproved \? "(approved)" : "rejected""#, #"isApproved \? "approved" : "(rejected)""#,
        ]
        var words: Set<String> = []
        for pattern in patterns {
            let expression = try Regex(pattern, as: (Substring, Substring).self)
            words.formUnion(text.matches(of: expression).map { String($0.output.1) })
        }
        return words
    }

    @Test("every reason in the code has one row, and every row is a reason of the code")
    func reasons() throws {
        let rows = try Self.rows(beneath: "Reasons").map { $0[0].replacing("`", with: "") }
        let found = try Self.reasons().subtracting(["result_too_large"])
        #expect(found.count >= 10, "the sources are written in another way: \(found)")
        // `result_too_large` is one of `result_…`; `cell_lost` is a code and the reason of a failed job; `result_…` and the clocks of the engine are put together.
        let documented = Set(rows).subtracting(["cell_lost", "result_…", "pull_clock, start_clock"])
        #expect(found == documented)
        #expect(Set(rows).count == rows.count)
    }
}
