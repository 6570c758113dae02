import ArgumentParser
import Daemon
import Foundation
import Hardening
import Model
import TestSupport
import Testing

@testable import Commands

@Suite struct ProfileDiffCommandTests {
    private func json(_ first: String, _ second: String, of set: ProfileSet = .builtIn) throws -> JSONValue {
        let command = try ProfileDiffCommand.parse([first, second, "-o", "json"])
        return try Printed.json { try command.run(set: set, output: $0) }
    }

    private func names(_ gains: JSONValue?) -> Set<String> {
        Set((gains?["calls"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
    }

    @Test("a profile differs from itself in nothing", arguments: ProfileSet.builtIn.names)
    func same(_ name: String) throws {
        let view = try json(name, name)
        #expect(view["is_equal"] == true)
        let nothing: JSONValue = [
            "limits": [], "paths": [], "calls": [], "executes_work": false, "may_lack_landlock": false,
        ]
        #expect(view["only_first"] == nothing && view["only_second"] == nothing && view["answers"] == [])
        let text = try Printed.text {
            try ProfileDiffCommand.parse([name, name]).run(set: .builtIn, output: $0)
        }
        #expect(text.hasSuffix("\nno difference\n"))
    }

    @Test("shell may start processes and strict may not; clone is wider")
    func calls() throws {
        let view = try json("strict", "shell")
        #expect(view["is_equal"] == false)
        let gains = view["only_second"]
        #expect(names(gains).isSuperset(of: ["kill", "clone"]))
        let calls = gains?["calls"]?.arrayValue ?? []
        #expect(calls.contains(["name": "clone", "number": 56, "is_conditional": true, "is_wider": true]))
        #expect(calls.contains(["name": "kill", "number": 62, "is_conditional": false, "is_wider": false]))
        #expect(!names(view["only_first"]).contains("clone"))
        let limits = gains?["limits"]?.arrayValue ?? []
        #expect(limits.contains(["name": "pids", "amount": 64, "other": 32]))
        #expect(limits.contains(["name": "memory", "amount": 268_435_456, "other": 134_217_728]))
        #expect(view["only_first"]?["limits"] == [])
    }

    @Test("the other way round is the mirror image", arguments: [("strict", "shell"), ("shell", "python")])
    func mirrored(first: String, second: String) throws {
        let (view, mirror) = (try json(first, second), try json(second, first))
        #expect(view["only_first"] == mirror["only_second"])
        #expect(view["only_second"] == mirror["only_first"])
        #expect(view["answers"]?.arrayValue?.count == mirror["answers"]?.arrayValue?.count)
    }

    @Test("every call that only one side reaches is told, as the lists of `show` have it")
    func agreesWithShow() throws {
        func reachable(_ name: String) throws -> Set<String> {
            Set(try ProfileReport(named: name, of: .builtIn).reachable.map(\.name))
        }
        let (shell, python) = (try reachable("shell"), try reachable("python"))
        let view = try json("shell", "python")
        #expect(names(view["only_second"]).isSuperset(of: python.subtracting(shell)))
        #expect(names(view["only_first"]).isSuperset(of: shell.subtracting(python)))
        #expect(names(view["only_second"]).isSubset(of: python))
        #expect(names(view["only_first"]).isSubset(of: shell))
    }

    /// Writes copies of `shell` as `a` and `b`, the second with changes by file ending.
    private func compare(_ changes: [String: (String) -> String]) async throws -> JSONValue {
        var view = JSONValue.null
        try await TemporaryFolder.with { folder in
            let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Profiles")
            for ending in ["json", "outer.json", "inner.json"] {
                let source = profiles.appending(path: "shell.\(ending)")
                let text = try String(contentsOf: source, encoding: .utf8)
                for name in ["a", "b"] {
                    let own = text.replacing("\"name\": \"shell\"", with: "\"name\": \"\(name)\"")
                    let changed = name == "b" ? changes[ending]?(own) ?? own : own
                    if name == "b", changes[ending] != nil { #expect(changed != own, "\(ending)") }
                    try folder.write(changed, to: "\(name).\(ending)")
                }
            }
            view = try json("a", "b", of: try ProfileFolder.read(folder.path))
        }
        return view
    }

    @Test("a call that is taken out of one list, a call answered otherwise, and one that is killed are told")
    func answers() async throws {
        let view = try await compare([
            "inner.json": {
                let rule = "\"syscalls\": [\n"
                return $0.replacing("\"alarm\"", with: "\"chroot\"").replacing(
                    rule,
                    with: rule + "{\"names\": [\"vhangup\"], \"action\": \"SCMP_ACT_KILL_PROCESS\"},\n")
            }
        ])
        let alarm: JSONValue = ["name": "alarm", "number": 37, "is_conditional": false, "is_wider": false]
        #expect(view["only_first"]?["calls"]?.arrayValue?.contains(alarm) == true)
        #expect(view["only_second"]?["calls"] == [])
        let told: JSONValue = ["name": "vhangup", "number": 153, "first": "refused", "second": "killed"]
        #expect(view["answers"]?.arrayValue?.contains(told) == true)
    }

    @Test("a path that is no longer hidden, and one that can be written, are told")
    func paths() async throws {
        let view = try await compare([
            "json": {
                $0.replacing("\"/proc/kcore\",", with: "").replacing("\"/proc/bus\"", with: "\"/proc/irq2\"")
            }
        ])
        let gains = view["only_second"]?["paths"]?.arrayValue ?? []
        #expect(gains.contains(["path": "/proc/kcore", "protection": "none", "other": "masked"]))
        #expect(gains.contains(["path": "/proc/bus", "protection": "none", "other": "read_only"]))
        #expect(view["only_first"]?["paths"] == [["path": "/proc/irq2", "protection": "none", "other": "read_only"]])
        #expect(view["only_second"]?["calls"] == [] && view["only_first"]?["calls"] == [])
    }

    @Test("a profile that runs without Landlock, where the other requires it, is told")
    func landlock() async throws {
        let view = try await compare(["json": { $0.replacing("when_available", with: "required") }])
        #expect(view["is_equal"] == false)
        #expect(view["only_first"]?["may_lack_landlock"] == true)
        #expect(view["only_second"]?["may_lack_landlock"] == false)
        #expect(view["only_first"]?["calls"] == [] && view["answers"] == [])
    }

    @Test("that programs of /work may be executed is told, on its side alone")
    func programs() throws {
        let view = try json("python", "build")
        #expect(view["only_second"]?["executes_work"] == true)
        #expect(view["only_first"]?["executes_work"] == false)
        let text = try Printed.text {
            try ProfileDiffCommand.parse(["python", "build"]).run(set: .builtIn, output: $0)
        }
        #expect(text.contains("\nprograms   those in /work may be executed\n"))
    }

    @Test("a variant for services reaches sockets that its class does not, and answers none of what the class refuses")
    func services() throws {
        let view = try json("shell", "shell+services")
        let gains = view["only_second"]
        #expect(names(gains).isSuperset(of: ["socket", "bind", "listen", "accept4", "connect"]))
        #expect(gains?["limits"] == [] && gains?["paths"] == [] && gains?["executes_work"] == false)
        #expect(names(view["only_first"]) == [])
    }

    @Test("the table fits a terminal and names both sides")
    func table() throws {
        let text = try Printed.text {
            try ProfileDiffCommand.parse(["strict", "python"]).run(set: .builtIn, output: $0)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 && $0.last != " " })
        for part in [
            "What python lets a job do and strict does not:\nlimits     memory 256MiB (not 128MiB)", "clone*+,",
            "What strict lets a job do and python does not:",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("a profile that is none is refused")
    func unknown() throws {
        let error = HardeningError.unknownProfile("x", known: ProfileSet.builtIn.names)
        #expect(throws: error) { try json("shell", "x") }
        #expect(throws: error) { try json("x", "shell") }
    }
}
