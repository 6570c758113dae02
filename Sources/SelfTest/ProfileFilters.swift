import Filters
package import Hardening

/// What both of a profile's lists, compiled for this machine, answer to system calls.
package struct ProfileFilters: Sendable {
    package enum Answer: Sendable, Equatable {
        case letThrough
        /// In the words of `caisson-probe`; of several, any one.
        case refused([String])
    }

    package let profile: Profile
    /// The newest first: the inner one.
    let programs: [FilterProgram]
    /// The highest number that the outer list names: beyond it, a runtime answers ENOSYS in place of EPERM.
    private let highestNamed: Int

    package init(_ profile: Profile) throws(HardeningError) {
        self.profile = profile
        programs = [
            FilterProgram(try FilterCompiler.compile(profile.inner)),
            FilterProgram(try FilterCompiler.compile(profile.outer)),
        ]
        highestNamed = profile.outer.syscalls.flatMap(\.names).compactMap(Self.number).max() ?? 0
        // Whatever is asked later can be answered.
        do {
            _ = try FilterProgram.answer(of: programs, to: FilterProgram.Call(0))
        } catch {
            throw .filterNotBuilt(detail: "a compiled list cannot be followed: \(error)")
        }
    }

    static func number(of name: String) -> Int? { ReachableCalls.number(of: name) }

    /// `nil` for a number that has none.
    static func name(of number: Int) -> String? {
        let name = ReachableCalls.name(of: number)
        return name == "\(number)" ? nil : name
    }

    /// Whether a tool may have processes of its own, made as the C library makes them.
    var allowsFork: Bool { answer(to: SystemCall("clone", [0x120_0011])) == .letThrough }

    func answer(to call: SystemCall) -> Answer {
        let architecture = call.entry == .native ? FilterProgram.nativeArchitecture : FilterProgram.i386Architecture
        var asked = FilterProgram.Call(call.number, architecture: architecture)
        for (index, argument) in call.arguments.enumerated().prefix(6) { asked.arguments[index] = argument }
        let action: FilterProgram.Action
        do {
            action = try FilterProgram.answer(of: programs, to: asked)
        } catch {
            return .refused(["an answer: the filter cannot be followed"])  // nothing is seen so: a failure
        }
        switch action {
        case _ where action.letsThrough: return .letThrough
        // A kernel without the entries of i386 answers with another signal.
        case .killProcess where call.entry == .i386: return .refused(["killed SIGSYS", "killed SIGSEGV"])
        case .killProcess: return .refused(["killed SIGSYS"])
        case .notify: return .refused(["EPERM"])
        case .errno(1) where call.number > highestNamed: return .refused(["EPERM", "ENOSYS"])
        case .errno(let number): return .refused([Self.errorNames[number] ?? "error \(number)"])
        default: return .refused(["an answer that this test does not know"])
        }
    }

    /// Whether a line ends the process that tries it, under this profile.
    func endsProcess(_ line: Probe.Line) -> Bool {
        let call: SystemCall
        switch line.wanted {
        case .filtered(let asked, _), .agreement(let asked): call = asked
        default: return false
        }
        switch answer(to: call) {
        case .refused(let words): return words.contains { $0.hasPrefix("killed") }
        case .letThrough: return ReachProbes.ending.contains(call.number)
        }
    }

    /// Those that lists answer with; 0 is a success that was not one.
    private static let errorNames = [
        0: "ok", 1: "EPERM", 2: "ENOENT", 13: "EACCES", 19: "ENODEV", 22: "EINVAL", 38: "ENOSYS", 88: "ENOTSOCK",
        93: "EPROTONOSUPPORT", 95: "EOPNOTSUPP", 97: "EAFNOSUPPORT",
    ]
}
