import Foundation
import Hardening
import Testing

/// How the addition for services is put beside a class, on small lists.
@Suite struct ServiceListsTests {
    private static func list(_ rules: [String], defaultAction: String = "SCMP_ACT_ERRNO") -> String {
        """
        {"defaultAction": "\(defaultAction)", "architectures": ["SCMP_ARCH_X86_64"],
         "syscalls": [\(rules.joined(separator: ", "))]}
        """
    }

    private static func rule(_ names: String..., action: String = "ALLOW", extra: String = "") -> String {
        "{\"names\": [\"\(names.joined(separator: "\", \""))\"], \"action\": \"SCMP_ACT_\(action)\"\(extra)}"
    }

    private static func when(_ index: Int, _ value: Int) -> String {
        ", \"args\": [{\"index\": \(index), \"value\": \(value), \"op\": \"SCMP_CMP_EQ\"}]"
    }

    private static let document = """
        {"name": "mine", "description": "For tests. It is small.", "masked_paths": ["/proc/kcore"],
         "read_only_paths": ["/proc/sys"], "executable_work": true, "landlock": "required",
         "limits": {"cpus_thousandths": 1000, "memory_bytes": 268435456, "pids": 64, "output_bytes": 10485760,
         "result_bytes": 1048576, "artifacts_bytes": 67108864, "work_bytes": 67108864, "tmp_bytes": 16777216,
         "files": 256, "start_ms": 30000, "run_ms": 60000, "grace_ms": 5000}}
        """

    /// The inner list of a variant, as `NAMES action(first condition's value)` for each rule.
    private func merged(_ own: [String], _ addition: [String], defaultAction: String = "SCMP_ACT_ERRNO") throws
        -> [String]
    {
        let files = [
            "mine.json": Self.document, "mine.outer.json": Self.list(own), "mine.inner.json": Self.list(own),
            "services.outer.json": Self.list([Self.rule("listen")]),
            "services.inner.json": Self.list(addition, defaultAction: defaultAction),
        ]
        let set = ProfileSet(files: files.mapValues { Array($0.utf8) }, folder: nil)
        return try set.profile(named: "mine+services").inner.syscalls.map { rule in
            let condition = rule.args?.first.map { "(\($0.value))" } ?? ""
            return "\(rule.names.joined(separator: " ")) \(rule.action)\(condition)"
        }
    }

    @Test("what the addition lets through stands behind the class's own rules")
    func added() throws {
        let names = try merged([Self.rule("read")], [Self.rule("bind", "listen")])
        #expect(names == ["read allow", "bind listen allow"])
    }

    @Test("an answer for all arguments gives way, and so does a call let through whole; the rest of the rule stays")
    func replaced() throws {
        let own = [
            Self.rule("bind", "listen", action: "ERRNO", extra: ", \"errnoRet\": 88"), Self.rule("read", "setsockopt"),
            Self.rule("sendto", action: "ERRNO"),
        ]
        let addition = [Self.rule("bind", "sendto"), Self.rule("setsockopt", extra: Self.when(1, 6))]
        let names = try merged(own, addition)
        #expect(names == ["listen errno", "read allow", "bind sendto allow", "setsockopt allow(6)"])
    }

    @Test("rules for some arguments stand beside each other")
    func conditions() throws {
        let own = [
            Self.rule("socket", extra: Self.when(0, 1)),
            Self.rule("socket", action: "ERRNO", extra: ", \"errnoRet\": 97" + Self.when(0, 16)),
        ]
        let names = try merged(own, [Self.rule("socket", extra: Self.when(0, 2))])
        #expect(names == ["socket allow(1)", "socket errno(16)", "socket allow(2)"])
    }

    private func detail(_ own: [String], _ addition: [String], defaultAction: String = "SCMP_ACT_ERRNO") -> String? {
        do {
            _ = try merged(own, addition, defaultAction: defaultAction)
            return nil
        } catch {
            guard case .brokenProfile("services.inner.json", let detail)? = error as? HardeningError else { return "" }
            return detail
        }
    }

    @Test("an addition that does anything but let through, or what it must not, is refused with its file and place")
    func refused() {
        let read = Self.rule("read")
        for action in ["ERRNO", "KILL_PROCESS", "NOTIFY"] {
            let found = detail([read], [Self.rule("bind"), Self.rule("listen", action: action)])
            #expect(found?.hasPrefix("/syscalls/1/action must be SCMP_ACT_ALLOW") == true, "\(action)")
        }
        let killed = detail([Self.rule("reboot", "acct", action: "KILL_PROCESS")], [Self.rule("reboot")])
        #expect(killed == "it lets reboot through, which ends a process")
        let other = detail([read], [Self.rule("bind")], defaultAction: "SCMP_ACT_NOTIFY")
        #expect(other?.hasPrefix("/defaultAction") == true)
        #expect(detail([read], [Self.rule("bind")], defaultAction: "SCMP_ACT_ALLOW") == "/defaultAction must deny")
        let condition = Self.rule("bind", extra: Self.when(7, 1))
        #expect(detail([read], [condition])?.hasPrefix("/syscalls/0/args/0/index") == true)
    }

    @Test("a broken addition leaves the classes themselves as they are")
    func classStays() throws {
        let files = [
            "mine.json": Self.document, "mine.outer.json": Self.list([Self.rule("read")]),
            "mine.inner.json": Self.list([Self.rule("read")]), "services.outer.json": "", "services.inner.json": "{}",
        ]
        let set = ProfileSet(files: files.mapValues { Array($0.utf8) }, folder: nil)
        #expect(try set.profile(named: "mine").inner.syscalls.count == 1)
        #expect(throws: HardeningError.self) { try set.profile(named: "mine+services") }
    }
}
