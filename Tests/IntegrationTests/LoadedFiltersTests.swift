import Filters
import Foundation
import Glibc
import Hardening
import Model
import TestSupport
import Testing

/// The filters of a running job's tool, read back from the kernel by this machine's root.
///
/// What a profile's file says is one thing, what an engine and a cell have loaded another: only the latter counts.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct LoadedFiltersTests {
    @Test(
        "a tool has two filters; together they let through the very calls that its profile tells, and none by another entry",
        arguments: ProfileSet.builtIn.names)
    func loaded(_ name: String) async throws {
        let loaded = try await filters(of: name)
        try #require(loaded.count == 2, "\(name) has \(loaded.count) filters")
        let profile = try ProfileSet.builtIn.profile(named: name)
        let inner = try FilterCompiler.compile(profile.inner)
        let isAsCompiled = loaded[1] == inner
        #expect(isAsCompiled, "the inner filter is not the one that was compiled")

        // The kernel asks the newest first.
        let programs = loaded.reversed().map { FilterProgram($0) }
        let reachable = try ReachableCalls.through(programs)
        let outer = try FilterCompiler.compile(profile.outer)
        let told = try ReachableCalls.through([FilterProgram(inner), FilterProgram(outer)])
        #expect(reachable.map(\.name) == told.map(\.name))
        #expect(reachable.map(\.isConditional) == told.map(\.isConditional))
        #expect(!reachable.isEmpty)
        #expect(try ReachableCalls.foreignCount(programs) == 0)
        // By itself, the engine's list lets no foreign call through either.
        #expect(try ReachableCalls.foreignCount([programs[1]]) == 0)
    }

    /// The bytes of the filters of a `cat` under a profile, the oldest first.
    private func filters(of profile: String) async throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        try await CommandFixture.with { caisson in
            let gate = Pipe()
            let running = try caisson.start(
                ["run", "--image", "shell", "--profile", profile, "--stdin", "-", "--", "cat"], gate: gate)
            let state = try caisson.probe.inspect(try await caisson.runningContainer())["State"]
            let cell = try #require(state?["Pid"]?.integerValue)
            var tool: String?
            try await caisson.eventually("a tool behind its filters") {
                tool = try Self.confinedChild(of: cell)
                return tool != nil
            }
            let printed = try await readFilters(of: try #require(tool))
            try gate.fileHandleForWriting.close()
            let ended = try await running.outcome()
            #expect(ended.status == 0, "\(ended.err)")
            let words = try JSONDecoder().decode([String].self, from: printed)
            found = try words.map { Array(try #require(Data(base64Encoded: $0))) }
        }
        return found
    }

    /// The process that the cell has started, once it is `cat` and has a second filter.
    private static func confinedChild(of cell: Int64) throws -> String? {
        // ignored: the process may just be ending, and the next look tells
        guard let children = try? String(contentsOfFile: "/proc/\(cell)/task/\(cell)/children", encoding: .utf8),
            let child = children.split(separator: " ").first.map(String.init),
            let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)  // ignored: the same
        else { return nil }
        return status.contains("Name:\tcat\n") && status.contains("Seccomp_filters:\t2\n") ? child : nil
    }

    /// Runs the reader, by `sudo` if we are not root: it fails loudly where neither is to be had.
    private func readFilters(of pid: String) async throws -> Data {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Corpus/read_filters.py").path
        let command = (geteuid() == 0 ? [] : ["sudo", "-n"]) + ["python3", script, pid]
        let reading = try RunningCommand(
            program: URL(filePath: "/usr/bin/env"), command, environment: ProcessInfo.processInfo.environment,
            stdin: nil)
        let outcome = try await reading.outcome()
        try #require(outcome.status == 0, "the filters cannot be read: \(outcome.err)")
        return outcome.stdout
    }
}
