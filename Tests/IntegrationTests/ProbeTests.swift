import Daemon
import DockerEngine
import Foundation
import Hardening
import Logging
import Model
import Ports
import SQLiteStore
import SelfTest
import Synchronization
import TestSupport
import Testing
import Waiting

/// The probes of `caisson selftest sandbox`: all pass in our sandboxes, and each fails in one that is weak.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ProbeTests {
    @Test("every probe passes under every profile", arguments: ProfileSet.builtIn.names)
    func passes(profile: String) async throws {
        try await CommandFixture.with { caisson in
            let temporary = caisson.folder.file("tmp")
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
            let outcome = try await caisson.caisson(
                "selftest", "sandbox", "--profile", profile, "-o", "json", environment: ["TMPDIR": temporary])
            let report = try JSONDecoder().decode(JSONValue.self, from: outcome.stdout)
            let probes = report["probes"]?.arrayValue ?? []
            let failed = probes.filter { $0["result"] != "pass" }.map { "\($0)" }
            #expect(failed == [])
            #expect(probes.count >= 150)
            #expect(report["passed"]?.integerValue == Int64(probes.count) && report["failed"] == 0)
            #expect(report["profile"] == .string(profile))
            #expect(outcome.status == 0, "\(outcome.err)")
            // Nothing of it stays, here or in the engine.
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
            let jobs = (report["jobs"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(!jobs.isEmpty)
            let containers = try caisson.probe.inventory().containers
            #expect(!containers.contains { name in jobs.contains { name.contains($0) } })
        }
    }

    @Test("an instance for the time of a call leaves no volume, container or file, also when it is ended early")
    func temporary() async throws {
        try await CommandFixture.with { caisson in
            let folder = caisson.folder.file("tmp")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let configuration = try InstanceConfiguration(
                home: caisson.home, environment: ["DOCKER_HOST": caisson.engine],
                executable: TestEngine.programs.appending(path: "caisson").path)
            for isEndedEarly in [false, true] {
                let latch = Latch()
                let made = Mutex("")
                let ended = try? await TemporaryInstance.with(  // ignored: told by what it returns
                    configuration, in: folder, logger: Logger(label: "test"), until: { await latch.wait() }
                ) { instance in
                    made.withLock { $0 = "\(instance.store.installation)" }
                    let limits = try ProfileSet.builtIn.profile(named: "shell").limits
                    let seconds = isEndedEarly ? "600" : "0"
                    let job = try await instance.accept(
                        JobRequest(image: "shell", command: ["sleep", seconds], profile: "shell", limits: limits))
                    guard isEndedEarly else { return try await instance.end(of: job).state }
                    let changed = Signal()
                    let watching = instance.store.watch(root: job.id) { changed.send() }
                    defer { watching.end() }
                    while try await instance.store.summary("\(job.id)").state != .running { try await changed.wait() }
                    latch.open()
                    return try await instance.end(of: job).state
                }
                latch.open()
                #expect(ended == (isEndedEarly ? nil : .succeeded))
                let installation = made.withLock { $0 }
                #expect(installation.count == 8)
                let left = try caisson.probe.request("GET", "/v1.41/volumes").json["Volumes"]?.arrayValue ?? []
                #expect(!left.contains { $0["Name"]?.stringValue?.contains(installation) == true })
                #expect(try caisson.probe.removeAll(of: installation) == [])
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
            }
        }
    }

    @Test("every probe fires: the same judge fails it in a sandbox that is weak")
    func fires() async throws {
        try await CommandFixture.with { caisson in
            let weak = try await WeakSandbox(caisson.probe, folder: caisson.folder)
            for profile in ProfileSet.builtIn.names {
                // An address of the machine, as its containers see it.
                let test = try SelfTest(try ProfileSet.builtIn.profile(named: profile), hostAddresses: ["172.17.0.1"])
                var silent = Set(test.probes.map(\.id))
                for kind in WeakSandbox.Kind.allCases {
                    let run = ProbeRun(lines: test.probes.filter { silent.contains($0.id) }.flatMap(\.lines))
                    var judge = Judge(test)
                    judge.take(try weak.run(run, kind), of: run)
                    let findings = judge.findings
                    // An answer that is missing is no proof of anything.
                    silent.subtract(findings.filter { !$0.isPassed && $0.seen != nil }.map(\.id))
                    #expect(findings.filter { $0.id.hasPrefix("plan.") }.map { "\($0)" } == [], "\(profile) \(kind)")
                }
                #expect(test.probes.count - silent.count >= 150)
                // A profile that lets more through than this one cannot fire where it does.
                guard profile == ProfileSet.fallback else { continue }
                let inexplicable = try silent.filter { id in
                    try !Self.isLackingHere(test.probes.first { $0.id == id }?.lines ?? [])
                }
                #expect(inexplicable.sorted() == [])
            }
        }
    }

    /// Whether this machine itself, without any sandbox, has nothing where the probe looks: then nothing could fire.
    private static func isLackingHere(_ lines: [Probe.Line]) throws -> Bool {
        guard let line = lines.first, lines.count == 1, ["read", "names", "open"].contains(line.words[0]),
            let path = line.words.last, ["/proc/", "/sys/", "/dev/"].contains(where: path.hasPrefix)
        else { return false }
        if !FileManager.default.fileExists(atPath: path) { return true }
        if line.words[0] == "names" { return try FileManager.default.contentsOfDirectory(atPath: path).isEmpty }
        return line.words[0] == "read" && FileManager.default.contents(atPath: path)?.isEmpty ?? true
    }

    @Test("a profile that lets through what none may fails its test, with exit status 1 and what was seen")
    func fails() async throws {
        try await CommandFixture.with { caisson in
            let own = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Profiles")
            let more = "\"syscalls\": [{ \"names\": [\"setns\"], \"action\": \"SCMP_ACT_ALLOW\" },"
            for end in ["json", "outer.json", "inner.json"] {
                let text = try String(contentsOf: own.appending(path: "shell.\(end)"), encoding: .utf8)
                    .replacing("\"name\": \"shell\"", with: "\"name\": \"mine\"")
                    .replacing("\"syscalls\": [", with: more)
                try caisson.folder.write(text, to: "mine.\(end)")
            }
            let outcome = try await caisson.caisson("selftest", "sandbox", "--profiles", caisson.folder.path)
            #expect(outcome.status == 1, "\(outcome.err)")
            let lines = outcome.out.split(separator: "\n")
            let failed = lines.filter { $0.hasPrefix("FAIL") }
            #expect(failed.count == 1 && failed.first?.contains("namespace.setns") == true, "\(failed)")
            #expect(failed.first?.contains("EBADF; wanted: a refusal by the profile's lists") == true, "\(failed)")
            #expect(lines.last?.hasPrefix("profile mine: ") == true && lines.last?.contains(" 1 failed, ") == true)
        }
    }

    @Test("without the prober's program nothing is run, and it is said what to build")
    func noProgram() async throws {
        try await CommandFixture.with { caisson in
            for name in ["caisson", "caisson-cell"] {
                try FileManager.default.copyItem(
                    at: TestEngine.programs.appending(path: name), to: URL(filePath: caisson.folder.file(name)))
            }
            let running = try RunningCommand(
                program: URL(filePath: caisson.folder.file("caisson")), ["selftest", "sandbox"],
                environment: ["CAISSON_HOME": caisson.home, "DOCKER_HOST": caisson.engine], stdin: nil)
            let outcome = try await running.outcome()
            #expect(outcome.status == 9)
            #expect(
                outcome.err.contains(
                    "error: probe_unavailable: The prober cannot be brought into an image: there is no"))
        }
    }
}
