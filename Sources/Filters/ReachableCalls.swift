import CSeccomp
import Glibc

/// A system call that filters let through, for some arguments at least.
package struct ReachableCall: Sendable, Hashable {
    package let number: Int
    /// As libseccomp knows it.
    package let name: String
    /// Whether it depends on the call's arguments.
    package let isConditional: Bool
}

/// Which system calls a tool can reach through filters that stand behind each other.
///
/// Every number is followed through the compiled programs along every way that its arguments can take, so that what is
/// counted is what the kernel would do, not what a list says.
package enum ReachableCalls {
    /// The numbers that are looked at; the highest one of x86-64 is below 500.
    package static let numbers = 0..<1024
    /// Ways of one number's arguments through all programs.
    private static let wayBound = 100_000
    /// Set in the numbers of the x32 entry.
    private static let x32 = 0x4000_0000

    /// The calls that all of `programs` let through, by number.
    package static func through(_ programs: [FilterProgram]) throws(FilterProgram.Fault) -> [ReachableCall] {
        var calls: [ReachableCall] = []
        for number in numbers {
            let ways = try Explorer.answers(programs, number, FilterProgram.nativeArchitecture, bound: wayBound)
            guard ways.contains(where: letsThrough) else { continue }
            let isConditional = !ways.allSatisfy(letsThrough)
            calls.append(ReachableCall(number: number, name: name(of: number), isConditional: isConditional))
        }
        return calls
    }

    /// What becomes of every call through several stacks of filters side by side, for the same arguments.
    ///
    /// - Parameter stacks: each with its newest filter first, as the kernel asks them.
    /// - Returns: by number, the combinations of answers that some arguments lead to, with one answer for each stack. A comparison
    ///   by size counts as open, so that there may be a combination too many, but never one too few.
    package static func combinations(
        _ stacks: [[FilterProgram]]
    ) throws(FilterProgram.Fault) -> [(number: Int, answers: Set<[FilterProgram.Action]>)] {
        var found: [(number: Int, answers: Set<[FilterProgram.Action]>)] = []
        let programs = stacks.flatMap { $0 }
        for number in numbers {
            let ways = try Explorer.answers(programs, number, FilterProgram.nativeArchitecture, bound: wayBound)
            let answers = ways.map { way in
                var rest = way[...]
                return stacks.map { stack in
                    defer { rest = rest.dropFirst(stack.count) }
                    return FilterProgram.Action(FilterProgram.strictest(rest.prefix(stack.count)))
                }
            }
            found.append((number, Set(answers)))
        }
        return found
    }

    /// How many calls get through by the entries of i386 and x32; it must be none.
    package static func foreignCount(_ programs: [FilterProgram]) throws(FilterProgram.Fault) -> Int {
        var count = 0
        for number in numbers {
            let old = try Explorer.answers(programs, number, FilterProgram.i386Architecture, bound: wayBound)
            let wide = try Explorer.answers(programs, number | x32, FilterProgram.nativeArchitecture, bound: wayBound)
            count += [old, wide].count(where: { $0.contains(where: letsThrough) })
        }
        return count
    }

    /// Whether all programs let a call through.
    private static func letsThrough(_ way: [UInt32]) -> Bool {
        FilterProgram.Action(FilterProgram.strictest(way[...])).letsThrough
    }

    /// A call's number on this machine; `nil` if it has none, or no native one.
    package static func number(of name: String) -> Int? {
        let number = unsafe seccomp_syscall_resolve_name(name)
        return number < 0 ? nil : Int(number)
    }

    /// A call's name on this machine, or its number if it has none.
    package static func name(of number: Int) -> String {
        guard let number = Int32(exactly: number),
            let name = unsafe seccomp_syscall_resolve_num_arch(caisson_seccomp_native(), number)
        else { return "\(number)" }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}

/// Follows one number through programs.
private struct Explorer {
    /// What the program's accumulator holds: a number, or part of an argument.
    private enum Accumulator {
        case number(UInt32)
        case argument(word: Int, mask: UInt32)
    }

    /// A place that a way has come to.
    private struct Place {
        var program: Int
        var next: Int
        var accumulator = Accumulator.number(0)
        var known = ArgumentKnowledge()
        /// What the programs before this one have answered.
        var given: [UInt32] = []
    }

    /// The answers that the call can get, each with one word of every program: the kernel asks all of them, whatever one says.
    static func answers(
        _ programs: [FilterProgram], _ number: Int, _ architecture: UInt32, bound: Int
    ) throws(FilterProgram.Fault) -> Set<[UInt32]> {
        guard !programs.isEmpty else { return [[]] }
        var answers: Set<[UInt32]> = []
        var places = [Place(program: 0, next: 0)]
        var ways = 1
        while var place = places.popLast() {
            guard ways <= bound else { throw .tooManyWays(call: number) }
            let program = programs[place.program].instructions
            guard program.indices.contains(place.next) else { throw .ranOffTheEnd }
            let instruction = program[place.next]
            let constant = instruction.constant
            place.next += 1
            switch instruction.code {
            case BPF.load: place.accumulator = try load(constant, number, architecture)
            case BPF.and: place.accumulator = masked(place.accumulator, constant)
            case BPF.jump: place.next += Int(constant)
            case BPF.jumpIfEqual, BPF.jumpIfGreater, BPF.jumpIfAtLeast, BPF.jumpIfAnyBit:
                let both = branches(place, instruction)
                ways += max(0, both.count - 1)
                places += both
                continue
            case BPF.giveConstant:
                let given = place.given + [constant]
                if given.count == programs.count {
                    answers.insert(given)
                } else {
                    places.append(Place(program: given.count, next: 0, known: place.known, given: given))
                }
                continue
            default: throw .unknownInstruction(instruction.code)
            }
            places.append(place)
        }
        return answers
    }

    private static func load(
        _ offset: UInt32, _ number: Int, _ architecture: UInt32
    ) throws(FilterProgram.Fault) -> Accumulator {
        guard offset.isMultiple(of: 4), offset / 4 < FilterProgram.wordCount else { throw .badLoad(offset) }
        return switch offset / 4 {
        case 0: .number(UInt32(number))
        case 1: .number(architecture)
        // The address of the call is as free as an argument.
        default: .argument(word: Int(offset / 4), mask: .max)
        }
    }

    private static func masked(_ accumulator: Accumulator, _ mask: UInt32) -> Accumulator {
        switch accumulator {
        case .number(let number): .number(number & mask)
        case .argument(let word, let old): .argument(word: word, mask: old & mask)
        }
    }

    /// Where a jump can lead: one place for a number, up to two for an argument.
    private static func branches(_ place: Place, _ instruction: FilterProgram.Instruction) -> [Place] {
        func going(_ condition: Bool, _ known: ArgumentKnowledge?) -> Place? {
            guard let known else { return nil }
            var place = place
            place.next += Int(condition ? instruction.whenTrue : instruction.whenFalse)
            place.known = known
            return place
        }
        let constant = instruction.constant
        switch (place.accumulator, instruction.code) {
        case (.number(let number), let code):
            let holds =
                switch code {
                case BPF.jumpIfEqual: number == constant
                case BPF.jumpIfGreater: number > constant
                case BPF.jumpIfAtLeast: number >= constant
                default: number & constant != 0
                }
            return [going(holds, place.known)].compactMap { $0 }
        case (.argument(let word, let mask), BPF.jumpIfEqual):
            return [
                going(true, place.known.with(word: word, mask: mask, equal: constant)),
                going(false, place.known.with(word: word, mask: mask, notEqual: constant)),
            ].compactMap { $0 }
        case (.argument(let word, let mask), BPF.jumpIfAnyBit):
            return [
                going(true, place.known.with(word: word, mask: mask & constant, notEqual: 0)),
                going(false, place.known.with(word: word, mask: mask & constant, equal: 0)),
            ].compactMap { $0 }
        default:
            // Greater or less: both ways are followed, so that the count is never too low.
            return [going(true, place.known), going(false, place.known)].compactMap { $0 }
        }
    }
}
