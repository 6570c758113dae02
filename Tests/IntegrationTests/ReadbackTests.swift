import Daemon
import Foundation
import Hardening
import Model
import Ports
import SQLiteStore
import Scheduler
import TestSupport
import Testing

/// An engine that lies about what it made, drops or weakens a limit, or loses half of an answer, ends a job and runs nothing.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ReadbackTests {
    private static func withProxy(_ body: @escaping @Sendable (InstanceFixture, EngineProxy) async throws -> Void)
        async throws
    {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { try await body($0, proxy) }
        }
    }

    /// Checks that the job just run was refused for `words`, never started, and that nothing of it is left.
    private func checkRefusal(
        _ verdict: Verdict, _ fixture: InstanceFixture, _ proxy: EngineProxy, naming words: String, _ name: String
    ) throws {
        let log = proxy.log
        let left = try fixture.probe.containers(named: "caisson-\(fixture.instance.store.installation)-")
        #expect(verdict.state == .errored, "\(name): \(verdict.message)")
        #expect(verdict.reason == "profile_not_applied", "\(name): \(verdict.message)")
        #expect(verdict.message.contains(words), "\(name): \(verdict.message)")
        #expect(log.contains { EngineProxy.isCreate($0) }, "\(name): nothing was made")
        #expect(!log.contains { $0.contains("/start ") || $0.contains("/attach?") }, "\(name): \(log)")
        #expect(left.isEmpty, "\(name): \(left)")
    }

    @Test(
        "every single change of what the engine says it made is refused before the start, and nothing is left",
        arguments: EngineLie.Kind.allCases)
    func lies(_ kind: EngineLie.Kind) async throws {
        try await Self.withProxy { fixture, proxy in
            let spec = fixture.request(["true"])
            // The change of nothing: what makes the changes changes nothing by itself.
            proxy.edit(EngineProxy.isInspect) { $0.with { $0 } }
            #expect(try await fixture.run(spec).1.state == .succeeded)
            for lie in kind.lies {
                proxy.edit(EngineProxy.isInspect) { $0.with(lie.change) }
                let (_, verdict) = try await fixture.run(spec)
                try checkRefusal(verdict, fixture, proxy, naming: "\(lie.field) is ", lie.name)
            }
            proxy.edit(EngineProxy.isInspect) { $0 }
            #expect(try await fixture.run(spec).1.state == .succeeded)
        }
    }

    @Test("what weakens nothing may be said, all at once")
    func harmless() async throws {
        try await Self.withProxy { fixture, proxy in
            proxy.edit(EngineProxy.isInspect) { answer in
                answer.with { EngineLie.harmless.reduce($0) { $1.lie.change($0) } }
            }
            let (_, verdict) = try await fixture.run(fixture.request(["true"]))
            #expect(verdict.state == .succeeded, "\(verdict.message)")
        }
    }

    @Test("a lie about the container that fills the cell's volume is refused, too")
    func filler() async throws {
        try await Self.withProxy { fixture, proxy in
            let mount = EngineLie("Mounts.0.Name", "x", field: "Mounts[0].Name")
            for lie in [EngineLie("HostConfig.Privileged", true), mount] {
                proxy.edit(EngineProxy.isInspect) { $0.with(lie.change) }
                let (_, verdict) = try await fixture.run(fixture.request(["true"]))
                try checkRefusal(verdict, fixture, proxy, naming: "\(lie.field) is ", lie.name)
            }
        }
    }

    @Test("a warning at create is refused, whatever it says")
    func warnings() async throws {
        try await Self.withProxy { fixture, proxy in
            for isFirst in [true, false] {  // the first is the container that fills the volume
                if !isFirst {
                    proxy.edit(EngineProxy.isCreate) { $0 }
                    #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
                }
                let warning = "Your kernel does not support swap limit capabilities. Limitation discarded."
                proxy.edit(EngineProxy.isCreate) { $0.with { $0.setting(["Warnings"], to: [.string(warning)]) } }
                let (_, verdict) = try await fixture.run(fixture.request(["true"]))
                let words = "The engine warned: \(warning). Nothing was run."
                try checkRefusal(verdict, fixture, proxy, naming: words, "first: \(isFirst)")
            }
        }
    }

    @Test("an id that is another container's harms neither: that one stays, ours goes")
    func foreignID() async throws {
        try await Self.withProxy { fixture, proxy in
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            let name = "foreign-\(fixture.instance.store.installation)"
            let made = try fixture.probe.request(
                "POST", "/v1.41/containers/create?name=\(name)",
                body: Data(#"{"Image":"caisson/shell:local","Entrypoint":["true"]}"#.utf8))
            let id = try #require(try made.json["Id"])
            defer { _ = try? fixture.probe.request("DELETE", "/v1.41/containers/\(name)") }  // ignored: checked below
            proxy.edit(EngineProxy.isCreate) { $0.with { $0.setting(["Id"], to: id) } }
            let (_, verdict) = try await fixture.run(fixture.request(["true"]))
            try checkRefusal(verdict, fixture, proxy, naming: "Name is \"/\(name)\"", "another id")
            #expect(try fixture.probe.inspect(name)["Id"] == id)
        }
    }

    /// A fault of one answer, after the engine has done what it was asked.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var concerns: @Sendable (String) -> Bool = EngineProxy.isCreate
        /// Why the attempt was given up; `nil` if it was not.
        let reason: String?
        let change: @Sendable (EngineAnswer) -> EngineAnswer
    }

    private static let faults = [
        Fault(
            testDescription: "an inspect answer that is cut", concerns: EngineProxy.isInspect,
            reason: "engine_unreachable"
        ) { $0.with(missing: 100) },
        Fault(
            testDescription: "an inspect answer of half an object", concerns: EngineProxy.isInspect,
            reason: "engine_protocol"
        ) { $0.with(body: #"{"Id":"0123","HostConfig":{"#) },
        Fault(testDescription: "an inspect that fails", concerns: EngineProxy.isInspect, reason: "engine_refused") {
            $0.with(status: 500, body: #"{"message":"no"}"#)
        },
        Fault(
            testDescription: "an inspect that knows nothing", concerns: EngineProxy.isInspect, reason: "engine_protocol"
        ) { $0.with(status: 404, body: #"{"message":"no such container"}"#) },
        Fault(testDescription: "a create that was obeyed, and failed", reason: "engine_refused") {
            $0.with(status: 500, body: #"{"message":"no"}"#)
        },
        Fault(testDescription: "a create whose answer is cut", reason: "engine_unreachable") { $0.with(missing: 10) },
        Fault(testDescription: "a create whose answer is none", reason: "engine_protocol") { $0.with(body: "[]") },
        Fault(testDescription: "a create whose id is a path", reason: "engine_protocol") {
            $0.with(body: #"{"Id":"../volumes","Warnings":[]}"#)
        },
        Fault(testDescription: "a create that is answered twice", reason: nil) { $0.with(times: 2) },
    ]

    @Test(
        "an answer that is spoilt once, after the engine has acted, costs one attempt and leaves nothing",
        arguments: faults)
    func spoilt(_ fault: Fault) async throws {
        try await Self.withProxy { fixture, proxy in
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            proxy.edit(fault.concerns, times: 1, fault.change)
            let (job, verdict) = try await fixture.run(fixture.request(["echo", "x"]))
            #expect(verdict.state == .succeeded, "\(verdict.message)")
            #expect(try await fixture.stdout(of: job) == Array("x\n".utf8))
            let attempts = try await fixture.instance.store.attempts(of: job)
            let reasons = attempts.map(\.reason)
            #expect(attempts.map(\.state) == (fault.reason == nil ? [.removed] : [.lost, .removed]))
            #expect(fault.reason == nil || reasons.first == fault.reason, "\(reasons)")
            // One start for each job that ran.
            #expect(proxy.log.filter { $0.contains("/start ") }.count == 1)
            let left = try fixture.probe.containers(named: "caisson-\(fixture.instance.store.installation)-")
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test("an engine whose read-back is cut each time ends the job after its last attempt, with nothing run")
    func alwaysCut() async throws {
        try await Self.withProxy { fixture, proxy in
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            proxy.edit(EngineProxy.isInspect) { $0.with(missing: 100) }
            let (job, verdict) = try await fixture.run(fixture.request(["true"]))
            #expect(verdict.state == .errored)
            #expect(verdict.reason == "engine_unreachable", "\(verdict.message)")
            let attempts = try await fixture.instance.store.attempts(of: job)
            #expect(attempts.count == JobSupervisor.faultyAttempts)
            #expect(!proxy.log.contains { $0.contains("/start ") })
        }
    }

    @Test("a volume under the cell's name that is no folder of the engine's is not used")
    func volumeOptions() async throws {
        try await Self.withProxy { fixture, proxy in
            let prefix = "caisson-\(fixture.instance.store.installation)-cell-"
            func volumes() throws -> Set<String> {
                try fixture.probe.inventory().volumes.filter { $0.hasPrefix(prefix) }
            }
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            let name = try #require(try volumes().first)
            let labels = try fixture.probe.request("GET", "/v1.41/volumes/\(name)").json["Labels"] ?? .null
            #expect(try fixture.probe.request("DELETE", "/v1.41/volumes/\(name)").status == 204)
            let body: JSONValue = [
                "Name": .string(name), "Labels": labels,
                "DriverOpts": ["type": "none", "o": "bind", "device": .string(fixture.folder.path)],
            ]
            let made = try fixture.probe.request("POST", "/v1.41/volumes/create", body: JSONEncoder().encode(body))
            #expect(made.status == 201)
            // A refusal makes the volume looked at again.
            proxy.edit(EngineProxy.isInspect, times: 1) { $0.with { $0.setting(["Name"], to: "/x") } }
            #expect(try await fixture.run(fixture.request(["true"])).1.reason == "profile_not_applied")
            let (_, verdict) = try await fixture.run(fixture.request(["true"]))
            #expect(verdict.state == .succeeded, "\(verdict.message)")
            // A look at the engine may have removed the other one meanwhile.
            #expect(try volumes().subtracting([name]).count == 1, "a new one was made")
        }
    }
}
