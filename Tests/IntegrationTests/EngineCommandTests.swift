import Daemon
import Foundation
import Model
import TestSupport
import Testing

/// `caisson engine`, `logs -f` and the warning of another engine, on the real one.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct EngineCommandTests {
    private func json(_ outcome: Outcome) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: outcome.stdout)
    }

    /// A container under the labels and a name of an installation that nobody has.
    private func pretend(_ caisson: CommandFixture, _ name: String, installation: String, job: String) throws {
        let labels: JSONValue = [
            "org.caisson.installation": .string(installation), "org.caisson.job": .string(job),
            "org.caisson.attempt": "1",
        ]
        let body = try JSONEncoder().encode(
            ["Image": "caisson/shell:local", "Cmd": ["true"], "Labels": labels] as JSONValue)
        let made = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(name)", body: body)
        #expect(made.status == 201)
    }

    @Test("containers are explained by rows or not; a round removes what is over, and leaves what is foreign")
    func round() async throws {
        try await CommandFixture.with { caisson in
            let submitted = try await caisson.caisson("submit", "--image", "shell", "--", "sleep", "600")
            #expect(submitted.status == 0, "\(submitted.err)")
            let own = try await caisson.runningContainer()
            let installation = try #require(caisson.installation())
            let pretender = "caisson-\(installation)-zzzzzzzzzzzz-1"
            try pretend(caisson, pretender, installation: installation, job: "zzzzzzzzzzzz")
            defer {
                // ignored: the fixture tells of what is left behind
                _ = try? caisson.probe.request("DELETE", "/v1.41/containers/\(pretender)?force=1")
            }
            let listed = try json(try await caisson.caisson("engine", "containers", "-o", "json")).arrayValue ?? []
            func isExplained(_ name: String) -> JSONValue? {
                listed.first { $0["name"]?.stringValue == String(name.trimmingPrefix("/")) }?["is_explained"]
            }
            #expect(isExplained(own) == true)
            #expect(isExplained(pretender) == false)
            let info = try json(try await caisson.caisson("engine", "info", "-o", "json"))
            #expect(info["is_reachable"] == true && info["address"]?.stringValue == caisson.engine)
            let reaped = try await caisson.caisson("engine", "reap", "-o", "json")
            #expect(reaped.status == 0, "\(reaped.err)")
            #expect(try json(reaped) == ["removed_containers": 0, "foreign_containers": 1])
            #expect(try caisson.probe.inventory().containers.contains("/\(pretender)"))
            #expect(try await caisson.caisson("cancel", "@latest", "--grace", "0s").status == 0)
        }
    }

    /// What `body` gives once all databases can be read: of other tests' ones, some cannot for a while.
    private func oncePossible<Value>(_ caisson: CommandFixture, _ body: () async throws -> Value) async throws -> Value
    {
        var value: Value?
        try await caisson.eventually("a look at all of them") {
            do { value = try await body() } catch is LiveInstallations.Unknown { return false }
            return true
        }
        return try #require(value)
    }

    @Test("what a data folder has left that nobody works with is found and removed; what somebody works with is kept")
    func allInstallations() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.caisson("submit", "--image", "shell", "--", "sleep", "600").status == 0)
            let own = try await caisson.runningContainer()
            let mine = try #require(caisson.installation())
            let gone = SeededIDs.unlikeOthers().makeInstallationID().description
            let name = "caisson-\(gone)-zzzzzzzzzzzz-1"
            try pretend(caisson, name, installation: gone, job: "zzzzzzzzzzzz")
            defer {
                // ignored: most often it is gone
                _ = try? caisson.probe.request("DELETE", "/v1.41/containers/\(name)?force=1")
            }
            // Databases of other tests may be ones that cannot be read just now: nothing is removed then, and it is tried again.
            var asked = try await caisson.caisson("engine", "reap", "--all-installations")
            try await caisson.eventually("a look at all of them") {
                if asked.status != 5 { return true }
                asked = try await caisson.caisson("engine", "reap", "--all-installations")
                return false
            }
            #expect(asked.status == 2, "\(asked.err)")
            #expect(asked.out.contains(name) && asked.err.contains("--yes"))
            #expect(!asked.out.contains(mine))
            let configuration = try InstanceConfiguration(
                home: caisson.home, environment: ["DOCKER_HOST": caisson.engine],
                executable: TestEngine.programs.appending(path: "caisson").path)
            // Of all that is found, which may be other tests', only this one's.
            try await EngineReaper.use(configuration) { reaper in
                let found = try await oncePossible(caisson) { try await reaper.look() }
                #expect(found.kept[mine] == caisson.daemon.map { Int($0) })
                #expect(!found.abandoned.contains { $0.installation == mine })
                let abandoned = found.abandoned.filter { $0.installation == gone }
                let removed = try await oncePossible(caisson) { try await reaper.remove(abandoned) }
                #expect(removed.containers == 1)
            }
            let left = try caisson.probe.inventory().containers
            #expect(!left.contains("/\(name)"))
            #expect(left.contains(own))
            #expect(try await caisson.caisson("cancel", "@latest", "--grace", "0s").status == 0)
        }
    }

    @Test("logs -f waits for a job, passes on what it writes, outlives the daemon, and ends with the job")
    func follow() async throws {
        try await CommandFixture.with { caisson in
            let script = "echo one; sleep 3; echo two"
            let submitted = try await caisson.caisson("submit", "--hold", "--image", "shell", "--", "sh", "-c", script)
            let id = submitted.out.trimmingCharacters(in: .whitespacesAndNewlines)
            let following = try caisson.start(["logs", "-f", id])
            #expect(try await caisson.caisson("release", id).status == 0)
            try await caisson.eventually("the first line") { try following.outputSoFar() == "one\n" }
            let now = try await caisson.caisson("logs", id)
            #expect(now.out.hasPrefix("one\n"), "\(now.err)")
            try await caisson.stopDaemon(by: SIGKILL)
            let outcome = try await following.outcome()
            #expect((outcome.status, outcome.out) == (0, "one\ntwo\n"), "\(outcome.err)")
        }
    }

    @Test("a fan-out is shown and its results are one list, with a daemon and from the files")
    func fanOut() async throws {
        try await CommandFixture.with { caisson in
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let path = root.appending(path: "Docs/Examples/graphs/fan-out.yaml").path
            let submitted = try await caisson.caisson("submit", "-f", path, "--wait")
            #expect(submitted.status == 0, "\(submitted.err)")
            let id = submitted.out.trimmingCharacters(in: .whitespacesAndNewlines)
            let jobs = try json(try await caisson.caisson("tree", id, "-o", "json"))["jobs"]?.arrayValue ?? []
            let map = try #require(jobs.first { $0["kind"] == "map" }?["id"]?.stringValue)
            for _ in 0..<2 {
                let result = try await caisson.caisson("result", map, "-o", "json")
                #expect(try json(result)["result"] == [7, 4, 7], "\(result.err)")
                try await caisson.stopDaemon()
            }
        }
    }

    @Test("a client whose DOCKER_HOST is not the daemon's engine is told so, and its job runs in the daemon's")
    func otherEngine() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.run([], "true").err.contains("warning") == false)
            let told = try await caisson.caisson(
                "run", "--image", "shell", "--", "echo", "here", environment: ["DOCKER_HOST": "unix:///no/such.sock"])
            #expect((told.status, told.out) == (0, "here\n"), "\(told.err)")
            #expect(told.err.contains("unix:///no/such.sock") && told.err.contains(caisson.engine), "\(told.err)")
        }
    }
}
