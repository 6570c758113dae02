import Foundation
import Model
import Ports
import Synchronization

@testable import Commands

/// A graph of a few jobs for the tests of verbs.
enum QueueSamples {
    static let now = WallTime(milliseconds: 1_772_352_930_250)

    static func id(_ text: String) throws -> JobID {
        try JobID(text + String(repeating: "0", count: JobID.length - text.count))
    }

    static func ago(_ seconds: Int64) -> WallTime { WallTime(milliseconds: now.milliseconds - seconds * 1000) }

    static func job(
        _ id: String, _ name: String?, in root: String? = nil, _ state: JobState, kind: JobKind = .job
    ) throws -> JobSummary {
        let own = try Self.id(id)
        var job = JobSummary(id: own, root: try root.map { try Self.id($0) }, state: state, createdAt: ago(300))
        (job.kind, job.name) = (kind, name)
        if root != nil { job.parent = job.root }
        if kind == .job || kind == .map {
            (job.imageName, job.command, job.specDigest) = ("shell", ["echo", "a\u{1B}[2J"], "sha256:1")
        }
        if state.isLive || (state.isTerminal && kind == .job && state != .skipped) {
            job.startedAt = ago(200)
            job.attempts = 1
        }
        if state.isTerminal {
            let reasons: [JobState: String] = [.failed: "exit_status", .skipped: "upstream_failed"]
            (job.finishedAt, job.reason) = (ago(100), reasons[state] ?? "exit_zero")
        }
        return job
    }

    /// `release`: build ran, test failed in its third attempt, agree waits for a person, publish needs both, done was skipped.
    static func graph(_ state: inout FakeDaemon.State) throws {
        var root = try job("r00t", "release", .waiting, kind: .graph)
        root.openNeeds = 2
        var test = try job("test", "test", in: "r00t", .failed)
        test.attempts = 3
        test.attention = .init(actor: "caisson", reason: "attempts_used_up", at: ago(100))
        var agree = try job("agree", "agree", in: "r00t", .waiting, kind: .approval)
        agree.question = "Publish?"
        var publish = try job("pb", "publish", in: "r00t", .pending)
        publish.openNeeds = 2
        var map = try job("map", "each", in: "r00t", .waiting, kind: .map)
        map.openNeeds = 1
        var child = try job("ch", "each.0", in: "r00t", .running)
        child.parent = map.id
        state.jobs = [
            root, try job("bd", "build", in: "r00t", .succeeded), test, agree, publish, map, child,
            try job("dne", "done", in: "r00t", .skipped),
        ]
        state.needs = [
            NeedRecord(
                child: publish.id, parent: agree.id, parentName: "agree", parentState: .waiting, on: .ok, isMet: nil),
            NeedRecord(
                child: publish.id, parent: map.id, parentName: "each", parentState: .waiting,
                on: .when("result['a'] > 1"), isMet: nil),
            NeedRecord(
                child: test.id, parent: try id("bd"), parentName: "build", parentState: .succeeded, on: .ok,
                isMet: true),
        ]
        state.events = [
            EventRecord(ordinal: 7, sequence: 1, job: root.id, at: ago(300), name: "submitted", attempt: nil),
            EventRecord(
                ordinal: 9, sequence: 2, job: test.id, at: ago(100), name: "finished", attempt: 3, state: .failed,
                actor: nil),
        ]
    }
}

/// Both streams of a command.
final class Streams: Sendable {
    private let text = Mutex((out: "", err: ""))

    var out: String { text.withLock { $0.out } }
    var err: String { text.withLock { $0.err } }
    var lines: [String] { out.split(separator: "\n").map(String.init) }

    func output(isTerminal: Bool = false, rows: Int? = nil) -> Output {
        Output(terminals: [isTerminal, false], columns: isTerminal ? 100 : nil, rows: rows) { toError, data in
            self.text.withLock {
                if toError {
                    $0.err += String(decoding: data, as: UTF8.self)
                } else {
                    $0.out += String(decoding: data, as: UTF8.self)
                }
            }
        }
    }

    func json() throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: Data(out.utf8)) }
}
