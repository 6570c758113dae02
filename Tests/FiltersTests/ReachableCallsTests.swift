import Filters
import Foundation
import Hardening
import Testing

/// How many system calls a tool can reach, by following the compiled programs.
@Suite struct ReachableCallsTests {
    private func program(_ rules: String) throws -> FilterProgram {
        let text = """
            {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [\(rules)]}
            """
        let list = try JSONDecoder().decode(SeccompList.self, from: Data(text.utf8))
        return FilterProgram(try FilterCompiler.compile(list))
    }

    private func rule(_ name: String, _ action: String = "ALLOW", _ arguments: String...) -> String {
        let arguments = arguments.isEmpty ? "" : ", \"args\": [\(arguments.joined(separator: ", "))]"
        return "{\"names\": [\"\(name)\"], \"action\": \"SCMP_ACT_\(action)\"\(arguments)}"
    }

    private func equal(_ index: Int, _ value: UInt64) -> String {
        "{\"index\": \(index), \"value\": \(value), \"op\": \"SCMP_CMP_EQ\"}"
    }

    private func masked(_ index: Int, _ mask: UInt64, _ value: UInt64) -> String {
        "{\"index\": \(index), \"value\": \(mask), \"valueTwo\": \(value), \"op\": \"SCMP_CMP_MASKED_EQ\"}"
    }

    private func names(_ programs: [FilterProgram]) throws -> [String] {
        try ReachableCalls.through(programs).map { $0.isConditional ? "\($0.name)*" : $0.name }
    }

    // MARK: The counter

    @Test("what a list allows is reachable, by name and number; what it answers itself or does not name is not")
    func simple() throws {
        let rules = [rule("write"), rule("read"), rule("mount", "ERRNO"), rule("reboot", "KILL_PROCESS")]
        let one = try program(rules.joined(separator: ","))
        #expect(try names([one]) == ["read", "write"])
        #expect(try ReachableCalls.through([one]).map(\.number) == [0, 1])
        #expect(try names([program("")]) == [])
    }

    @Test("a call that depends on its arguments counts, and says so")
    func conditional() throws {
        let one = try program([rule("socket", "ALLOW", equal(0, 1)), rule("read")].joined(separator: ","))
        #expect(try names([one]) == ["read", "socket*"])
    }

    @Test("a call is reachable through two lists only if the same arguments pass both")
    func conjunction() throws {
        let unix = try program([rule("socket", "ALLOW", equal(0, 1)), rule("read")].joined(separator: ","))
        let inet = try program([rule("socket", "ALLOW", equal(0, 2)), rule("write")].joined(separator: ","))
        let any = try program([rule("socket"), rule("read")].joined(separator: ","))
        #expect(try names([unix, inet]) == [])
        #expect(try names([inet, unix]) == [])
        #expect(try names([unix, any]) == ["read", "socket*"])
        #expect(try names([any, unix]) == ["read", "socket*"])
        #expect(try names([any, any]) == ["read", "socket"])
    }

    @Test("masks of both lists are put together, in the upper half of an argument, too")
    func masks() throws {
        func clone(_ mask: UInt64, _ value: UInt64) throws -> FilterProgram {
            try program(rule("clone", "ALLOW", masked(0, mask, value)))
        }
        #expect(try names([clone(0x10, 0x10), clone(0x01, 0x00)]) == ["clone*"])
        #expect(try names([clone(0x10, 0x10), clone(0x11, 0x01)]) == [])
        #expect(try names([clone(1 << 40, 0), clone(3 << 40, 3 << 40)]) == [])
        #expect(try names([clone(1 << 40, 0), clone(2 << 40, 2 << 40)]) == ["clone*"])
    }

    // MARK: Side by side

    /// What stacks answer to one call, as in `allow/errno(1)`, in the order of the alphabet.
    private func combinations(_ number: Int, _ stacks: [[FilterProgram]]) throws -> [String] {
        let all = try ReachableCalls.combinations(stacks)
        #expect(all.map(\.number) == Array(ReachableCalls.numbers))
        return all[number].answers.map { $0.map { "\($0)" }.joined(separator: "/") }.sorted()
    }

    @Test("of several answers the strictest counts, and of equal ones the newest filter's")
    func precedence() throws {
        let allow = try program(rule("read"))
        let kill = try program(rule("read", "KILL_PROCESS"))
        let ask = try program(rule("read", "NOTIFY"))
        let answer = try program("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}")
        let refuse = try program("")
        #expect(try combinations(0, [[allow, kill], [kill, allow]]) == ["killProcess/killProcess"])
        #expect(try combinations(0, [[ask, allow], [ask, refuse]]) == ["notify/errno(1)"])
        #expect(try combinations(0, [[answer, refuse], [refuse, answer]]) == ["errno(38)/errno(1)"])
        #expect(try combinations(0, [[answer, kill], [allow]]) == ["killProcess/allow"])
    }

    @Test(
        "stacks are compared for the same arguments: equal conditions are no difference, narrower ones are in one way")
    func sideBySide() throws {
        let wide = try program(rule("clone", "ALLOW", masked(0, 0x10, 0)))
        let narrow = try program(rule("clone", "ALLOW", masked(0, 0x11, 0x01)))
        let (same, refused) = ("allow/allow", "errno(1)/errno(1)")
        #expect(try combinations(56, [[wide], [wide]]) == [same, refused])
        #expect(try combinations(56, [[wide], [narrow]]) == [same, "allow/errno(1)", refused])
        #expect(try combinations(56, [[narrow, wide], [narrow]]) == [same, refused])
    }

    // MARK: Witnesses

    @Test("the count agrees with asking the programs for witnesses")
    func witnesses() throws {
        let profile = try ProfileSet.builtIn.profile(named: "python")
        let programs = try [profile.outer, profile.inner].map { FilterProgram(try FilterCompiler.compile($0)) }
        // Arguments that meet some rule's conditions: all of one rule at a time.
        var arguments: Set<[UInt64]> = [[0, 0, 0, 0, 0, 0]]
        for rule in profile.outer.syscalls + profile.inner.syscalls {
            var values = [UInt64](repeating: 0, count: 6)
            for argument in rule.args ?? [] { values[argument.index] = argument.valueTwo ?? argument.value }
            arguments.insert(values)
        }
        var witnessed: [Int] = []
        for number in 0..<512 {
            let passes = try arguments.contains { values in
                var call = FilterProgram.Call(number)
                call.arguments = values
                return try programs.allSatisfy { try $0.answer(to: call) == .allow }
            }
            if passes { witnessed.append(number) }
        }
        #expect(try ReachableCalls.through(programs).map(\.number) == witnessed)
    }

    @Test("a program that the kernel would not load is a fault, not a count")
    func faults() {
        #expect(throws: FilterProgram.Fault.ranOffTheEnd) { try ReachableCalls.through([FilterProgram([])]) }
        let unknown = FilterProgram([0xFF, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: FilterProgram.Fault.unknownInstruction(0xFF)) { try ReachableCalls.through([unknown]) }
        let load = FilterProgram([0x20, 0, 0, 0, 64, 0, 0, 0])
        #expect(throws: FilterProgram.Fault.badLoad(64)) { try ReachableCalls.through([load]) }
        #expect(throws: FilterProgram.Fault.badLoad(64)) { try load.answer(to: .init(0)) }
    }

    @Test("a filter that only logs lets through")
    func logging() throws {
        let log = FilterProgram([0x06, 0, 0, 0, 0, 0, 0xFC, 0x7F])
        #expect(try ReachableCalls.through([log]).count == ReachableCalls.numbers.count)
        #expect(try ReachableCalls.foreignCount([log]) == 2 * ReachableCalls.numbers.count)
    }

    // MARK: The built-in profiles

    struct Budget: Sendable, CustomTestStringConvertible {
        let profile: String
        let most: Int
        var testDescription: String { "\(profile) at most \(most)" }
    }

    @Test(
        "a tool reaches at most so many calls, and none by another architecture's entry",
        arguments: [
            Budget(profile: "strict", most: 80), Budget(profile: "shell", most: 90),
            Budget(profile: "node", most: 100), Budget(profile: "python", most: 120),
            Budget(profile: "build", most: 120),
        ])
    func budget(_ budget: Budget) throws {
        let own = try count(budget.profile, most: budget.most)
        let variant = try count("\(budget.profile)+services", most: own.count + 20)
        #expect(Set(variant.map(\.name)).isStrictSuperset(of: own.map(\.name)))
    }

    private func count(_ name: String, most: Int) throws -> [ReachableCall] {
        let profile = try ProfileSet.builtIn.profile(named: name)
        let outer = FilterProgram(try FilterCompiler.compile(profile.outer))
        let inner = FilterProgram(try FilterCompiler.compile(profile.inner))
        let reachable = try ReachableCalls.through([outer, inner])
        #expect(reachable.count <= most, "\(name)")
        // The outer list takes nothing away from the class.
        #expect(try ReachableCalls.through([inner]) == reachable)
        #expect(try ReachableCalls.foreignCount([outer]) == 0)
        #expect(try ReachableCalls.foreignCount([inner]) == 0)
        return reachable
    }

    @Test(
        "a variant for services has TCP sockets, and none of another kind; its class has neither",
        arguments: ProfileSet.builtIn.classes)
    func sockets(_ name: String) throws {
        var programs: [String: [FilterProgram]] = [:]
        for name in [name, "\(name)+services"] {
            let profile = try ProfileSet.builtIn.profile(named: name)
            programs[name] = try [profile.inner, profile.outer].map { FilterProgram(try FilterCompiler.compile($0)) }
        }
        func letsThrough(_ name: String, _ call: FilterProgram.Call) throws -> Bool {
            try #require(programs[name]).allSatisfy { try $0.answer(to: call) == .allow }
        }
        let (stream, datagram, raw, packets): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 5)
        let flags: UInt64 = 0x80800
        for family: UInt64 in [2, 10] {
            for call in [
                FilterProgram.Call(41, family, stream, 0), .init(41, family, stream | flags, 6),
                .init(41, family, stream | 0x800, 0),
            ] {
                #expect(try letsThrough("\(name)+services", call), "\(call)")
                #expect(try !letsThrough(name, call), "\(call)")
            }
            // Multipath TCP and SCTP are streams, too.
            for call in [
                FilterProgram.Call(41, family, datagram, 0), .init(41, family, datagram | flags, 17),
                .init(41, family, raw, 1), .init(41, family, packets, 132), .init(41, family, stream, 132),
                .init(41, family, stream, 262), .init(41, family, stream | 0x10, 0),
            ] {
                #expect(try !letsThrough("\(name)+services", call), "\(call)")
                #expect(try !letsThrough(name, call), "\(call)")
            }
        }
        for family: UInt64 in [16, 17, 38, 40] {
            #expect(try !letsThrough("\(name)+services", .init(41, family, stream, 0)), "family \(family)")
        }
        // SO_REUSEADDR and TCP_NODELAY; not SO_ATTACH_FILTER, TCP_CONGESTION and TCP_ULP.
        for (level, option) in [(1, 2), (6, 1)] as [(UInt64, UInt64)] {
            #expect(try letsThrough("\(name)+services", .init(54, 3, level, option)))
        }
        for (level, option) in [(1, 26), (6, 13), (6, 31), (0, 4)] as [(UInt64, UInt64)] {
            #expect(try !letsThrough("\(name)+services", .init(54, 3, level, option)))
        }
    }

    @Test("the documentation has the numbers that the programs have")
    func documented() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: folder.appending(path: "Docs/Profiles.md"), encoding: .utf8)
        for name in ProfileSet.builtIn.classes {
            let counts = try [name, "\(name)+services"].map { name in
                let profile = try ProfileSet.builtIn.profile(named: name)
                let programs = try [profile.outer, profile.inner].map { FilterProgram(try FilterCompiler.compile($0)) }
                return try ReachableCalls.through(programs).count
            }
            let line = page.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") }
            #expect(line?.hasSuffix("| \(counts[0]) | \(counts[1]) |") == true, "\(name) reaches \(counts)")
        }
    }
}
