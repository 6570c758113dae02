import CSeccomp
import Filters
import Foundation
import Hardening
import Testing

/// What the compiled filters answer to every system call.
@Suite struct FilterCompilerTests {
    private typealias Call = FilterProgram.Call
    private static let numbers = 0...470

    /// One list of one profile, with its program.
    struct Compiled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let list: SeccompList
        let program: FilterProgram
    }

    static let all: [Compiled] = {
        do {
            return try ProfileSet.builtIn.names.flatMap { name in
                let profile = try ProfileSet.builtIn.profile(named: name)
                return try [("outer", profile.outer), ("inner", profile.inner)].map { wall, list in
                    Compiled(
                        testDescription: "\(name).\(wall)", list: list,
                        program: FilterProgram(try FilterCompiler.compile(list)))
                }
            }
        } catch {
            return []
        }
    }()

    @Test("there are two lists for each profile")
    func count() { #expect(Self.all.count == 2 * ProfileSet.builtIn.names.count) }

    /// A list's rules for each number, in order; libseccomp is the authority on the numbers.
    private func rules(_ list: SeccompList) -> [Int: [SeccompList.Rule]] {
        var rules: [Int: [SeccompList.Rule]] = [:]
        for rule in list.syscalls {
            for name in rule.names { rules[Int(seccomp_syscall_resolve_name(name)), default: []].append(rule) }
        }
        return rules
    }

    private func holds(_ argument: SeccompList.Argument, _ values: [UInt64]) -> Bool {
        switch argument.op {
        case .equal: values[argument.index] == argument.value
        case .maskedEqual: values[argument.index] & argument.value == argument.valueTwo
        }
    }

    private func action(_ action: SeccompList.Action, errno: Int?) -> FilterProgram.Action {
        switch action {
        case .allow: .allow
        case .errno: .errno(errno ?? 1)
        case .killProcess: .killProcess
        case .notify: .notify
        }
    }

    private func expected(
        _ call: Call, _ rules: [Int: [SeccompList.Rule]], default defaultAction: SeccompList.Action
    ) -> FilterProgram.Action {
        for rule in rules[Int(call.number)] ?? []
        where (rule.args ?? []).allSatisfy({ holds($0, call.arguments) }) {
            return action(rule.action, errno: rule.errnoRet)
        }
        return action(defaultAction, errno: nil)
    }

    /// Arguments that meet a rule's conditions, miss them by one bit, and meet them in their lower half only.
    private func arguments(_ rules: [SeccompList.Rule]) -> [[UInt64]] {
        var all: [[UInt64]] = [[0, 0, 0, 0, 0, 0], [UInt64](repeating: .max, count: 6), [1, 1, 1, 1, 1, 1]]
        for rule in rules where !(rule.args ?? []).isEmpty {
            var met: [UInt64] = [0, 0, 0, 0, 0, 0]
            for argument in rule.args ?? [] {
                met[argument.index] = argument.op == .equal ? argument.value : argument.valueTwo ?? 0
            }
            all.append(met)
            for argument in rule.args ?? [] {
                for bit in 0..<64 {
                    var missed = met
                    missed[argument.index] ^= 1 << UInt64(bit)
                    all.append(missed)
                }
            }
        }
        return all
    }

    @Test("every name is one that libseccomp knows: one that it does not would be left out in silence", arguments: all)
    func names(_ compiled: Compiled) {
        for rule in compiled.list.syscalls {
            for name in rule.names { #expect(seccomp_syscall_resolve_name(name) >= 0, "\(name)") }
        }
    }

    @Test("every call gets the answer that the list gives it, whatever its arguments", arguments: all)
    func everyNumber(_ compiled: Compiled) throws {
        let rules = rules(compiled.list)
        var reachable: Set<Int> = []
        for number in Self.numbers {
            for values in arguments(rules[number] ?? []) {
                var call = Call(number)
                call.arguments = values
                let answer = try compiled.program.answer(to: call)
                let wanted = expected(call, rules, default: compiled.list.defaultAction)
                #expect(answer == wanted, "call \(number) with \(values)")
                if answer == .allow { reachable.insert(number) }
            }
        }
        let listed = rules.filter { $0.value.contains { $0.action == .allow } }.keys
        #expect(reachable == Set(listed))
        #expect(compiled.program.count <= 4096)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let number: Int
        var arguments: [UInt64] = []
        let wanted: FilterProgram.Action
        var testDescription: String { "\(name) \(arguments)" }
    }

    /// With numbers of their own, so that a wrong table of names would be seen.
    static let cases: [Case] = [
        Case(name: "read", number: 0, wanted: .allow),
        Case(name: "execve", number: 59, wanted: .allow),
        Case(name: "init_module", number: 175, wanted: .killProcess),
        Case(name: "reboot", number: 169, wanted: .killProcess),
        Case(name: "mount", number: 165, wanted: .notify),
        Case(name: "umount2", number: 166, wanted: .notify),
        Case(name: "pivot_root", number: 155, wanted: .notify),
        Case(name: "chroot", number: 161, wanted: .notify),
        Case(name: "ptrace", number: 101, wanted: .notify),
        Case(name: "bpf", number: 321, wanted: .notify),
        Case(name: "unshare", number: 272, arguments: [0x1000_0000], wanted: .notify),
        Case(name: "setns", number: 308, wanted: .notify),
        Case(name: "keyctl", number: 250, wanted: .notify),
        Case(name: "add_key", number: 248, wanted: .notify),
        Case(name: "io_uring_setup", number: 425, wanted: .notify),
        Case(name: "userfaultfd", number: 323, wanted: .notify),
        Case(name: "perf_event_open", number: 298, wanted: .notify),
        Case(name: "process_vm_readv", number: 310, wanted: .notify),
        Case(name: "seccomp", number: 317, wanted: .notify),
        Case(name: "personality", number: 135, arguments: [0xFFFF_FFFF], wanted: .notify),
        Case(name: "clone3", number: 435, wanted: .errno(38)),
        // What pthread_create and fork of the C library ask for.
        Case(name: "clone a thread", number: 56, arguments: [0x003D_0F00], wanted: .allow),
        Case(name: "clone as fork", number: 56, arguments: [0x0120_0011], wanted: .allow),
        Case(name: "clone a mount namespace", number: 56, arguments: [0x0002_0000], wanted: .notify),
        Case(name: "clone a cgroup namespace", number: 56, arguments: [0x0200_0000], wanted: .notify),
        Case(name: "clone a UTS namespace", number: 56, arguments: [0x0400_0000], wanted: .notify),
        Case(name: "clone an IPC namespace", number: 56, arguments: [0x0800_0000], wanted: .notify),
        Case(name: "clone a user namespace", number: 56, arguments: [0x1000_0011], wanted: .notify),
        Case(name: "clone a pid namespace", number: 56, arguments: [0x2000_0000], wanted: .notify),
        Case(name: "clone a network namespace", number: 56, arguments: [0x4000_0000], wanted: .notify),
        Case(name: "socket AF_UNIX", number: 41, arguments: [1, 1], wanted: .allow),
        Case(name: "socket AF_INET", number: 41, arguments: [2, 1], wanted: .notify),
        Case(name: "socket AF_INET6", number: 41, arguments: [10, 1], wanted: .notify),
        Case(name: "socket AF_NETLINK", number: 41, arguments: [16, 3], wanted: .notify),
        Case(name: "socket AF_PACKET", number: 41, arguments: [17, 3], wanted: .notify),
        Case(name: "socket AF_VSOCK", number: 41, arguments: [40, 1], wanted: .notify),
        Case(name: "prlimit64 of process 1", number: 302, arguments: [1, 7], wanted: .notify),
        Case(name: "prlimit64 of itself", number: 302, arguments: [0, 7], wanted: .allow),
        Case(
            name: "prlimit64 of core dumps with a high bit", number: 302, arguments: [0, 0x1_0000_0004], wanted: .notify
        ),
        Case(name: "setpriority of process 1", number: 141, arguments: [0, 1], wanted: .notify),
        Case(name: "setpriority of its user", number: 141, arguments: [2, 0], wanted: .notify),
        Case(name: "setpriority of itself", number: 141, arguments: [0, 0], wanted: .allow),
        Case(name: "sched_setaffinity of process 1", number: 203, arguments: [1], wanted: .notify),
        Case(name: "ioctl TIOCSTI", number: 16, arguments: [0, 0x5412], wanted: .notify),
        Case(name: "ioctl TIOCLINUX", number: 16, arguments: [0, 0x541C], wanted: .notify),
        Case(name: "ioctl TIOCSTI with a high bit", number: 16, arguments: [0, 0x1_0000_5412], wanted: .notify),
        Case(name: "ioctl TCGETS", number: 16, arguments: [0, 0x5401], wanted: .allow),
        Case(name: "prctl PR_SET_DUMPABLE", number: 157, arguments: [4, 1], wanted: .notify),
        Case(name: "prctl PR_SET_SECCOMP", number: 157, arguments: [22, 2], wanted: .notify),
        Case(name: "prctl PR_SET_NAME", number: 157, arguments: [15], wanted: .allow),
        Case(name: "mknodat of a device", number: 259, arguments: [0, 0, 0o020644], wanted: .notify),
        Case(name: "mknodat of a FIFO", number: 259, arguments: [0, 0, 0o010644], wanted: .allow),
        Case(name: "setxattr", number: 188, wanted: .errno(95)),
        Case(name: "sync", number: 162, wanted: .errno(0)),
        Case(name: "fsync", number: 74, wanted: .errno(0)),
        Case(name: "setuid of its own", number: 105, arguments: [65532], wanted: .errno(0)),
        Case(name: "setuid of root", number: 105, arguments: [0], wanted: .notify),
        Case(
            name: "setresuid as posix_spawn does it", number: 117, arguments: [0xFFFF_FFFF, 65532, 0xFFFF_FFFF],
            wanted: .errno(0)),
        Case(name: "setresuid of root", number: 117, arguments: [0xFFFF_FFFF, 0, 0xFFFF_FFFF], wanted: .notify),
        Case(name: "chown to its own", number: 92, arguments: [1, 65532, 65532], wanted: .errno(0)),
        Case(name: "chown to root", number: 92, arguments: [1, 0, 65532], wanted: .notify),
        Case(name: "memfd_create", number: 319, wanted: .notify),
        Case(name: "execveat", number: 322, wanted: .notify),
        Case(name: "statx", number: 332, wanted: .errno(38)),
        Case(name: "getpeername", number: 52, wanted: .errno(88)),
    ]

    @Test("calls that matter get the answer that they must in a job of the widest class", arguments: cases)
    func matters(_ testCase: Case) throws {
        let inner = try #require(Self.all.first { $0.testDescription == "python.inner" })
        var call = Call(testCase.number)
        for (index, value) in testCase.arguments.enumerated() { call.arguments[index] = value }
        #expect(try inner.program.answer(to: call) == testCase.wanted)
    }

    @Test("of its own limits a tool reaches all but that of core dumps, in every profile")
    func ownLimits() throws {
        for list in Self.all where list.testDescription.hasSuffix(".inner") {
            for limit in UInt64(0)..<16 {
                let answer = try list.program.answer(to: Call(302, 0, limit))
                #expect(answer == (limit == 4 ? .notify : .allow), "\(list.testDescription), limit \(limit)")
            }
        }
    }

    @Test("strict has threads and no processes, shell processes and no sockets")
    func classes() throws {
        let strict = try #require(Self.all.first { $0.testDescription == "strict.inner" }).program
        let shell = try #require(Self.all.first { $0.testDescription == "shell.inner" }).program
        #expect(try strict.answer(to: Call(56, 0x003D_0F00)) == .allow)
        // As fork, as vfork, as posix_spawn, and by their own numbers; a signal to another process.
        for call in [Call(56, 0x0120_0011), Call(56, 0x4111), Call(56, 0x4100), Call(57), Call(58), Call(62, 1)] {
            #expect(try strict.answer(to: call) == .notify, "\(call)")
            #expect(try shell.answer(to: call) == .allow, "\(call)")
        }
        // A thread in a new namespace is still in a new namespace.
        #expect(try strict.answer(to: Call(56, 0x003D_0F00 | 0x1000_0000)) == .notify)
        for program in [strict, shell] {
            #expect(try program.answer(to: Call(41, 1, 1)) == .errno(97))
            for call in [Call(41, 2, 1), Call(53, 1, 1), Call(42), Call(49), Call(50)] {
                #expect(try program.answer(to: call) == .notify, "\(call)")
            }
        }
    }

    @Test("a call by another architecture's entry ends the process", arguments: [0x4000_0003, 0xC000_00B7, 0])
    func architectures(_ architecture: UInt32) throws {
        for compiled in Self.all {
            for number in Self.numbers {
                let answer = try compiled.program.answer(to: Call(number, architecture: architecture))
                #expect(answer == .killProcess, "\(compiled.testDescription), call \(number)")
            }
        }
    }

    @Test("the x32 form of every call is killed or does not exist", arguments: all)
    func x32(_ compiled: Compiled) throws {
        for number in Self.numbers {
            let answer = try compiled.program.answer(to: Call(number | 0x4000_0000))
            #expect([.killProcess, .errno(38)].contains(answer), "call \(number)")
        }
    }

    @Test("numbers that do not exist yet are denied", arguments: all)
    func future(_ compiled: Compiled) throws {
        let denied: FilterProgram.Action = compiled.list.defaultAction == .notify ? .notify : .errno(1)
        for number in [471, 500, 1000, 0x3FFF_FFFF] {
            #expect(try compiled.program.answer(to: Call(number)) == denied)
        }
    }

    @Test("the same list gives the same program")
    func deterministic() throws {
        let list = try ProfileSet.builtIn.profile(named: "python").inner
        #expect(try FilterCompiler.compile(list) == FilterCompiler.compile(list))
    }

    @Test("a list without rules denies everything, one that kills by default kills everything")
    func defaults() throws {
        for (action, wanted) in [("ERRNO", FilterProgram.Action.errno(1)), ("KILL_PROCESS", .killProcess)] {
            let text = """
                {"defaultAction": "SCMP_ACT_\(action)", "architectures": ["SCMP_ARCH_X86_64"],
                 "syscalls": [{"names": ["read", "no_such_call"], "action": "SCMP_ACT_\(action)"}]}
                """
            let list = try JSONDecoder().decode(SeccompList.self, from: Data(text.utf8))
            let program = FilterProgram(try FilterCompiler.compile(list))
            for number in Self.numbers { #expect(try program.answer(to: Call(number)) == wanted, "call \(number)") }
        }
    }
}
