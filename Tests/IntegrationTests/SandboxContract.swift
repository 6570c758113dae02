import CellWire
import Hardening
import Model
import Ports
import TestSupport
import Testing

/// What every ``Sandbox`` has to keep to, whatever it is made of: work, output, ends.
@Suite("Sandbox contract", .tags(.docker))
struct SandboxContract {
    @Test("output comes apart by stream, with the exit status and counts of the record", arguments: EngineKind.allCases)
    func streams(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.withSandbox { sandbox, output in
                let order = fixture.order(["sh", "-c", "echo out; echo err >&2; echo more; exit 3"])
                let result = try await sandbox.work(order)
                #expect(output.text(.stdout) == "out\nmore\n")
                #expect(output.text(.stderr) == "err\n")
                #expect((result.record.cause, result.record.exitCode, result.record.signal) == (.ended, 3, nil))
                #expect((result.record.stdoutBytes, result.record.stderrBytes) == (9, 4))
                #expect(result.toolPosture != nil)
                let mayHaveRun = await sandbox.toolMayHaveRun
                #expect(mayHaveRun)
            }
        }
    }

    @Test("every exit status is the tool's own", arguments: EngineKind.allCases, [0, 1, 127, 255])
    func exitStatus(kind: EngineKind, status: Int) async throws {
        try await kind.withEngine { fixture in
            try await fixture.run("sh", "-c", "exit \(status)") { result, _ in
                #expect((result.record.cause, result.record.exitCode) == (.ended, status))
            }
        }
    }

    @Test("a tool that a signal ends has no exit status", arguments: EngineKind.allCases)
    func signal(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.run("sh", "-c", "echo last; kill -KILL $$") { result, output in
                #expect((result.record.cause, result.record.exitCode, result.record.signal) == (.ended, nil, 9))
                #expect(output.text(.stdout) == "last\n")
            }
        }
    }

    @Test("a command that the image does not have is a record of its own, not an error", arguments: EngineKind.allCases)
    func noSuchCommand(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.run("no-such-command") { result, output in
                #expect((result.record.cause, result.record.startError) == (.notStarted, 2))
                #expect((result.record.exitCode, result.record.signal) == (nil, nil))
                #expect(output.text(.stdout) + output.text(.stderr) == "")
            }
        }
    }

    @Test("standard input arrives whole", arguments: EngineKind.allCases, ["", "one\ntwo"])
    func standardInput(kind: EngineKind, text: String) async throws {
        try await kind.withEngine { fixture in
            try await fixture.run("cat", stdin: text) { result, output in
                #expect(result.record.exitCode == 0)
                #expect(output.text(.stdout) == text)
            }
        }
    }

    @Test(
        "files go in, and those that were asked for come out in order, or with the reason why not",
        arguments: EngineKind.allCases)
    func files(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let files = ["in.txt": "input", "other.txt": "{}"]
            let change = { (spec: inout CellSpec) in spec.artifactPaths = ["copy.txt", "nothing"] }
            try await fixture.run(
                "sh", "-c", "cat in.txt; cp in.txt copy.txt; cp other.txt result.json", change: change, files: files
            ) { result, output in
                #expect(result.record.exitCode == 0)
                #expect(output.text(.stdout) == "input")
                #expect(result.files.map(\.path) == ["result.json", "copy.txt", "nothing"])
                let spool = output.bytes(.artifacts)
                let contents = result.files.map { file in
                    file.content.map { String(decoding: spool[Int($0.lowerBound)..<Int($0.upperBound)], as: UTF8.self) }
                }
                #expect(contents == [.success("{}"), .success("input"), .failure(.init(word: "missing"))])
            }
        }
    }

    @Test("output beyond its cap is counted and dropped, for each stream by itself", arguments: EngineKind.allCases)
    func outputCap(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let change = { (spec: inout CellSpec) in spec.outputCap = 8 }
            try await fixture.run("sh", "-c", "echo 123456; echo 7890; echo short >&2", change: change) {
                result, output in
                #expect(output.text(.stdout) == "123456\n7")
                #expect(output.text(.stderr) == "short\n")
                #expect((result.record.stdoutBytes, result.record.stdoutTruncated) == (12, true))
                #expect((result.record.stderrBytes, result.record.stderrTruncated) == (6, false))
                #expect(result.record.exitCode == 0)
            }
        }
    }

    @Test(
        "a tool that is cancelled ends with a record, and what it wrote is kept", arguments: EngineKind.allCases,
        [0, 5])
    func cancelled(kind: EngineKind, graceSeconds: Int) async throws {
        try await kind.withEngine { fixture in
            let running = Latch()
            try await fixture.withSandbox(onOutput: running) { sandbox, output in
                let order = fixture.order(["sh", "-c", "echo ready; sleep 50; echo never"])
                async let working = sandbox.work(order)
                await running.wait()
                sandbox.cancel(grace: .seconds(graceSeconds))
                let result = try await working
                #expect(result.record.cause == .cancelled)
                #expect(result.record.exitCode == nil)
                #expect(output.text(.stdout) == "ready\n")
            }
        }
    }

    @Test("a sandbox that is cancelled before its work runs nothing", arguments: EngineKind.allCases)
    func cancelledBefore(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await fixture.withSandbox { sandbox, output in
                sandbox.cancel(grace: .seconds(5))
                let result = try await sandbox.work(fixture.order(["sh", "-c", "echo never"]))
                #expect((result.record.cause, result.record.exitCode) == (.cancelled, nil))
                #expect(output.text(.stdout) == "")
            }
        }
    }

    @Test("the run clock ends a tool, and the record says so", arguments: EngineKind.allCases)
    func runClock(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let change = { (spec: inout CellSpec) in spec.runMilliseconds = 200 }
            try await fixture.run("sh", "-c", "echo first; sleep 50; echo never", change: change) { result, output in
                #expect((result.record.cause, result.record.exitCode) == (.clock, nil))
                #expect(output.text(.stdout) == "first\n")
            }
        }
    }

    @Test("a sandbox that is removed while it works is lost, and its tool may have run", arguments: EngineKind.allCases)
    func removedWhileWorking(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            let running = Latch()
            try await fixture.withSandbox(onOutput: running) { sandbox, _ in
                let order = fixture.order(["sh", "-c", "echo ready; sleep 50"])
                async let ending = failure(of: sandbox, order)
                await running.wait()
                try await fixture.engine.remove(try #require(try await fixture.engine.sightings().first))
                let code = await ending
                #expect(code == .sandboxEnded)
                let mayHaveRun = await sandbox.toolMayHaveRun
                #expect(mayHaveRun)
            }
        }
    }

    @Test("sandboxes beside each other keep their output apart", arguments: EngineKind.allCases)
    func beside(kind: EngineKind) async throws {
        try await kind.withEngine { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<5 {
                    group.addTask {
                        try await fixture.run("sh", "-c", "echo \(number); exit \(number)") { result, output in
                            #expect(result.record.exitCode == number)
                            #expect(output.text(.stdout) == "\(number)\n")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.engine.sightings() == [])
        }
    }

    /// The code of the error that the work ends with, if it does.
    private func failure(of sandbox: any Sandbox, _ order: WorkOrder) async -> ErrorCode? {
        do throws(EngineError) {
            _ = try await sandbox.work(order)
            return nil
        } catch {
            return error.code
        }
    }
}
