/// A compiled filter: classic BPF that can be asked what it answers to one system call, as the kernel would ask it.
///
/// - Source: the kernel's `Documentation/networking/filter.rst`, `include/uapi/linux/bpf_common.h` and `seccomp.h`.
package struct FilterProgram: Sendable {
    /// What the kernel shows a filter of one system call.
    package struct Call: Sendable {
        package var number: UInt32
        package var architecture: UInt32
        /// Six, as registers have them.
        package var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

        package init(_ number: Int, _ arguments: UInt64..., architecture: UInt32 = FilterProgram.nativeArchitecture) {
            self.number = UInt32(number)
            self.architecture = architecture
            for (index, value) in arguments.enumerated() { self.arguments[index] = value }
        }

        /// `struct seccomp_data`, as 32-bit words.
        fileprivate var words: [UInt32] {
            [number, architecture, 0, 0] + arguments.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32($0 >> 32)] }
        }
    }

    package enum Action: Sendable, Hashable {
        case allow
        case errno(Int)
        case killProcess
        /// Asked of whoever listens.
        case notify
        case other(UInt32)

        init(_ value: UInt32) {
            self =
                switch value & 0xFFFF_0000 {
                case 0x7FFF_0000: .allow
                case 0x0005_0000: .errno(Int(value & 0xFFFF))
                case 0x8000_0000: .killProcess
                case 0x7FC0_0000: .notify
                default: .other(value)
                }
        }

        /// Whether the kernel carries the call out; `SECCOMP_RET_LOG` and a tracer's answer count as if it did.
        package var letsThrough: Bool {
            switch self {
            case .allow: true
            case .errno, .killProcess, .notify: false
            case .other(let value): [0x7FFC_0000, 0x7FF0_0000].contains(value & 0xFFFF_0000)
            }
        }
    }

    /// Why a program cannot be followed; the kernel would not have loaded it.
    package enum Fault: Error, Hashable {
        case unknownInstruction(UInt16)
        case badLoad(UInt32)
        case ranOffTheEnd
        /// The arguments lead down more ways than are worth following.
        case tooManyWays(call: Int)
    }

    struct Instruction: Sendable {
        let code: UInt16
        let whenTrue, whenFalse: UInt8
        let constant: UInt32
    }

    /// `AUDIT_ARCH_X86_64`.
    package static let nativeArchitecture: UInt32 = 0xC000_003E
    /// `AUDIT_ARCH_I386`: the entry by `int 0x80`.
    package static let i386Architecture: UInt32 = 0x4000_0003
    /// 32-bit words of `struct seccomp_data`.
    static let wordCount = 16
    let instructions: [Instruction]
    /// In instructions.
    package var count: Int { instructions.count }

    /// - Parameter bytes: 8 bytes an instruction, little-endian.
    package init(_ bytes: [UInt8]) {
        instructions = stride(from: 0, to: bytes.count - 7, by: 8).map { start in
            let word = { (index: Int) in UInt32(bytes[start + index]) }
            return Instruction(
                code: UInt16(word(0) | word(1) << 8), whenTrue: bytes[start + 2], whenFalse: bytes[start + 3],
                constant: word(4) | word(5) << 8 | word(6) << 16 | word(7) << 24)
        }
    }

    /// What comes of the answers of several programs, the newest first: the strictest, and of equal ones the newest.
    ///
    /// - Source: `seccomp_run_filters` of the kernel: the action is compared as a signed number, the lowest one wins.
    static func strictest(_ answers: ArraySlice<UInt32>) -> UInt32 {
        let allow: UInt32 = 0x7FFF_0000
        func rank(_ answer: UInt32) -> Int32 { Int32(bitPattern: answer & 0xFFFF_0000) }
        return answers.reduce(allow) { strictest, answer in rank(answer) < rank(strictest) ? answer : strictest }
    }

    /// What the kernel would do with `call` behind all of `programs`, the newest first.
    package static func answer(of programs: [FilterProgram], to call: Call) throws(Fault) -> Action {
        var answers: [UInt32] = []
        for program in programs { answers.append(try program.word(for: call)) }
        return Action(strictest(answers[...]))
    }

    /// What the kernel would do with `call`.
    package func answer(to call: Call) throws(Fault) -> Action { Action(try word(for: call)) }

    private func word(for call: Call) throws(Fault) -> UInt32 {
        let words = call.words
        var accumulator: UInt32 = 0
        var next = 0
        while instructions.indices.contains(next) {
            let instruction = instructions[next]
            let constant = instruction.constant
            next += 1
            func jump(_ condition: Bool) { next += Int(condition ? instruction.whenTrue : instruction.whenFalse) }
            switch instruction.code {
            case BPF.load:
                guard constant.isMultiple(of: 4), Int(constant / 4) < words.count else { throw .badLoad(constant) }
                accumulator = words[Int(constant / 4)]
            case BPF.and: accumulator &= constant
            case BPF.jump: next += Int(constant)
            case BPF.jumpIfEqual: jump(accumulator == constant)
            case BPF.jumpIfGreater: jump(accumulator > constant)
            case BPF.jumpIfAtLeast: jump(accumulator >= constant)
            case BPF.jumpIfAnyBit: jump(accumulator & constant != 0)
            case BPF.giveConstant: return constant
            case BPF.giveAccumulator: return accumulator
            default: throw .unknownInstruction(instruction.code)
            }
        }
        throw .ranOffTheEnd
    }
}

/// The instructions that libseccomp writes.
enum BPF {
    static let load: UInt16 = 0x20
    static let and: UInt16 = 0x54
    static let jump: UInt16 = 0x05
    static let jumpIfEqual: UInt16 = 0x15
    static let jumpIfGreater: UInt16 = 0x25
    static let jumpIfAtLeast: UInt16 = 0x35
    static let jumpIfAnyBit: UInt16 = 0x45
    static let giveConstant: UInt16 = 0x06
    static let giveAccumulator: UInt16 = 0x16
}
