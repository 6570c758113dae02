import Filters
import Hardening

/// Tries every system call by its number, and compares what gets through with what follows from the profile's lists.
///
/// The arguments are such that no call does anything: descriptors that are not open, addresses where nothing is, flags that do not
/// exist. Where a list looks at arguments, each of its rules is met once.
struct ReachProbes {
    let filters: ProfileFilters

    /// The highest number that is tried; Linux 6.18 has them up to 469.
    private static let last = 470
    /// `uretprobe` and `uprobe`: the kernel's own, which pass by all filters and end whoever else makes them.
    private static let skipped = 335...336
    /// Set in the numbers of the x32 entry.
    private static let x32 = 0x4000_0000
    /// `pause`, `rt_sigreturn`, `exit`, `exit_group`: calls that end the process, or wait for ever.
    static let ending: Set<Int> = [15, 34, 60, 231]
    /// Calls that would change what later probes see, or make a process: identity, sessions, processes.
    private static let changing: Set<Int> = [56, 57, 58, 105, 106, 112, 113, 114, 117, 119, 122, 123, 272, 435]
    /// Arguments where all bits of all of them would do something, wait, or be answered by the kernel as by a list.
    private static let arguments: [Int: [UInt64]] = [
        37: [0], 56: [.max], 60: [77], 62: [0x7FFF_0000, 255], 95: [0o22], 202: [0, 1], 231: [77],
    ]
    /// A few of each foreign entry: a list does not look at their numbers.
    private static let foreign = [0, 1, 39, 59, 101]
    private static let old = [1, 4, 11, 20, 102]

    var probes: [Probe] {
        get throws(HardeningError) {
            let lines = nativeLines
            var native = Probe("reach.native", "every system call by its number", lines: lines)
            native.flaw = try flaw(of: lines)
            return [
                native,
                Probe(
                    "reach.x32", "system calls by the entry for x32",
                    lines: Self.foreign.map { line("x32.\($0)", "call \($0 + Self.x32)", number: $0 + Self.x32) }),
                Probe(
                    "reach.i386", "system calls by the entry for i386",
                    lines: Self.old.map { line("i386.\($0)", "old \($0)", number: $0, entry: .i386) }),
            ]
        }
    }

    private func line(_ id: String, _ words: String, number: Int, entry: SystemCall.Entry = .native) -> Probe.Line {
        Probe.Line(
            id: id, isForked: true, words: words.split(separator: " ").map(String.init),
            wanted: .agreement(SystemCall(number: number, entry: entry)))
    }

    private var nativeLines: [Probe.Line] {
        (0...Self.last).filter { !Self.skipped.contains($0) }.flatMap { number in
            vectors(of: number).enumerated().map { index, arguments in
                let call = SystemCall(number: number, arguments)
                var isForked = Self.ending.contains(number) || Self.changing.contains(number)
                if case .refused(let words) = filters.answer(to: call), words == ["killed SIGSYS"] { isForked = true }
                let words = ["call", "\(number)"] + arguments.map { "0x\(String($0, radix: 16))" }
                return Probe.Line(
                    id: "reach.\(number).\(index)", isForked: isForked, words: words, wanted: .agreement(call))
            }
        }
    }

    /// The arguments with which a call is tried.
    private func vectors(of number: Int) -> [[UInt64]] {
        func filled(_ given: [UInt64]) -> [UInt64] {
            // A new process must not get what it could do harm with, such as another stack.
            given + [UInt64](repeating: number == 56 ? 0 : .max, count: 6 - given.count)
        }
        var vectors = [filled(Self.arguments[number] ?? [])]
        let rules = filters.profile.inner.syscalls + filters.profile.outer.syscalls
        for rule in rules where rule.names.contains(where: { ProfileFilters.number(of: $0) == number }) {
            guard let conditions = rule.args else { continue }
            var arguments = filled([])
            for condition in conditions { arguments[condition.index] = condition.valueTwo ?? condition.value }
            if !vectors.contains(arguments) { vectors.append(arguments) }
        }
        return vectors
    }

    /// Calls that the lists let through, and which no line here brings through.
    private func flaw(of lines: [Probe.Line]) throws(HardeningError) -> String? {
        let met = Set(
            lines.compactMap { line -> Int? in
                guard case .agreement(let call) = line.wanted, filters.answer(to: call) == .letThrough else {
                    return nil
                }
                return call.number
            })
        let computed: [ReachableCall]
        do {
            computed = try ReachableCalls.through(filters.programs)
        } catch {
            throw .filterNotBuilt(detail: "a compiled list cannot be followed: \(error)")
        }
        let names = computed.filter { !met.contains($0.number) }.map(\.name)
        return names.isEmpty ? nil : "no arguments were found for \(names.joined(separator: ", "))"
    }
}
