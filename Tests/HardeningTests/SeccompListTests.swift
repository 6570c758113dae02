import Foundation
import Hardening
import Testing

@Suite struct SeccompListTests {
    private func list(_ text: String) throws -> SeccompList {
        try JSONDecoder().decode(SeccompList.self, from: Data(text.utf8))
    }

    private func list(
        action: String = "SCMP_ACT_ERRNO", architectures: String = "[\"SCMP_ARCH_X86_64\"]", rules: String = "[]"
    ) throws -> SeccompList {
        try list("{\"defaultAction\": \"\(action)\", \"architectures\": \(architectures), \"syscalls\": \(rules)}")
    }

    @Test("a list that denies by default for one architecture has no mistake")
    func fine() throws {
        #expect(try list().mistake == nil)
        #expect(try list(action: "SCMP_ACT_KILL_PROCESS").mistake == nil)
        let rules = """
            [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
             {"names": ["a"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
             {"names": ["a"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": [
               {"index": 0, "value": 1, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]
            """
        #expect(try list(rules: rules).mistake == nil)
    }

    @Test("a list that allows by default is unfit")
    func allows() throws {
        #expect(try list(action: "SCMP_ACT_ALLOW").mistake?.contains("default") == true)
    }

    @Test(
        "another number of architectures than one is unfit",
        arguments: ["[]", "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]"])
    func architectures(_ architectures: String) throws {
        #expect(try list(architectures: architectures).mistake?.contains("architecture") == true)
    }

    @Test("a rule without names, or with a second value where none belongs, is unfit")
    func rules() throws {
        let bad = [
            #"[{"names": [], "action": "SCMP_ACT_ALLOW"}]"#,
            #"[{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_MASKED_EQ"}]}]"#,
            #"""
            [{"names": ["x"], "action": "SCMP_ACT_ALLOW",
              "args": [{"index": 0, "value": 1, "valueTwo": 1, "op": "SCMP_CMP_EQ"}]}]
            """#,
        ]
        for rules in bad { #expect(try list(rules: rules).mistake != nil, "\(rules)") }
    }

    @Test("an action or an operator that is not known is refused, not guessed")
    func unknownWords() {
        #expect(throws: DecodingError.self) { try list(action: "SCMP_ACT_LOG") }
        #expect(throws: DecodingError.self) { try list(rules: #"[{"names": ["x"], "action": "SCMP_ACT_TRACE"}]"#) }
        #expect(throws: DecodingError.self) {
            try list(
                rules: """
                    [{"names": ["x"], "action": "SCMP_ACT_ALLOW",
                      "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NE"}]}]
                    """)
        }
    }

    // MARK: The built-in lists

    static let lists: [(String, SeccompList)] = {
        do {
            let profile = try Profile.named(Profile.standardName)
            return [("outer", profile.outer), ("inner", profile.inner)]
        } catch {
            return []
        }
    }()

    @Test("the built-in lists deny by default, for one architecture")
    func denyByDefault() {
        #expect(Self.lists.count == 2)
        for (name, list) in Self.lists {
            #expect(list.defaultAction == .errno, "\(name)")
            #expect(list.architectures == ["SCMP_ARCH_X86_64"], "\(name)")
            #expect(list.mistake == nil, "\(name)")
        }
    }

    @Test("no call is listed twice without a condition, or both with and without one")
    func duplicates() {
        for (name, list) in Self.lists {
            var seen: Set<String> = []
            let plain = list.syscalls.filter { ($0.args ?? []).isEmpty }.flatMap(\.names)
            for call in plain { #expect(seen.insert(call).inserted, "\(name): \(call)") }
            let conditional = list.syscalls.filter { !($0.args ?? []).isEmpty }
            #expect(Set(conditional.flatMap(\.names)).isDisjoint(with: plain), "\(name)")
            let rules = conditional.flatMap { rule in rule.names.map { "\($0) \(rule.args ?? [])" } }
            #expect(Set(rules).count == rules.count, "\(name)")
        }
    }

    /// Calls that no class of jobs has a use for and that have been the way out of a container.
    static let neverAllowed: Set = [
        "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "ptrace", "process_vm_readv",
        "process_vm_writev", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "io_uring_setup",
        "io_uring_enter", "io_uring_register", "userfaultfd", "kexec_load", "kexec_file_load", "init_module",
        "finit_module", "delete_module", "open_by_handle_at", "name_to_handle_at", "open_tree", "move_mount", "fsopen",
        "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff", "reboot", "acct", "quotactl", "syslog",
        "sethostname", "setdomainname", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "iopl", "ioperm",
        "modify_ldt", "vmsplice", "pidfd_getfd", "kcmp", "lookup_dcookie", "nfsservctl", "uselib", "vhangup",
        "move_pages", "migrate_pages", "mbind", "set_mempolicy", "capset", "setfsuid", "setgroups", "process_madvise",
        "remap_file_pages", "fanotify_init", "shmget", "msgget", "semget", "mq_open",
    ]

    @Test("what is never legitimate is in neither list")
    func never() {
        for (name, list) in Self.lists {
            let allowed = Set(list.syscalls.filter { $0.action == .allow }.flatMap(\.names))
            #expect(allowed.intersection(Self.neverAllowed) == [], "\(name)")
        }
    }

    @Test("what the inner list allows the outer one allows, too, for a tool gets only what both allow")
    func innerWithinOuter() throws {
        let outer = try #require(Self.lists.first?.1)
        let inner = try #require(Self.lists.last?.1)
        let reachable = Set(outer.syscalls.filter { $0.action == .allow }.flatMap(\.names))
        let wanted = Set(inner.syscalls.filter { $0.action == .allow }.flatMap(\.names))
        #expect(wanted.subtracting(reachable) == [])
        #expect(wanted.count < reachable.count)
    }
}
