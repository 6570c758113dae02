/// Runs a classic BPF program over one system call, as the kernel does.
///
/// - Source: the kernel's `Documentation/networking/filter.rst`, `include/uapi/linux/bpf_common.h` and `seccomp.h`.
struct FilterMachine {
    /// What the kernel shows a filter of one system call.
    struct Call {
        var number: UInt32
        /// `AUDIT_ARCH_X86_64`.
        var architecture: UInt32 = 0xC000_003E
        var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

        init(_ number: Int, _ arguments: UInt64..., architecture: UInt32 = 0xC000_003E) {
            self.number = UInt32(number)
            self.architecture = architecture
            for (index, value) in arguments.enumerated() { self.arguments[index] = value }
        }

        /// `struct seccomp_data`, as 32-bit words.
        fileprivate var words: [UInt32] {
            [number, architecture, 0, 0] + arguments.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32($0 >> 32)] }
        }
    }

    enum Action: Hashable {
        case allow
        case errno(Int)
        case killProcess
        case other(UInt32)

        fileprivate init(_ value: UInt32) {
            self =
                switch value & 0xFFFF_0000 {
                case 0x7FFF_0000: .allow
                case 0x0005_0000: .errno(Int(value & 0xFFFF))
                case 0x8000_0000: .killProcess
                default: .other(value)
                }
        }
    }

    enum Fault: Error, Hashable {
        case unknownInstruction(UInt16)
        case badLoad(UInt32)
        case ranOffTheEnd
    }

    private struct Instruction {
        let code: UInt16
        let whenTrue, whenFalse: UInt8
        let constant: UInt32
    }

    private let program: [Instruction]
    var count: Int { program.count }

    init(_ bytes: [UInt8]) {
        program = stride(from: 0, to: bytes.count, by: 8).map { start in
            let word = { (index: Int) in UInt32(bytes[start + index]) }
            return Instruction(
                code: UInt16(word(0) | word(1) << 8), whenTrue: bytes[start + 2], whenFalse: bytes[start + 3],
                constant: word(4) | word(5) << 8 | word(6) << 16 | word(7) << 24)
        }
    }

    func run(_ call: Call) throws(Fault) -> Action {
        let words = call.words
        var accumulator: UInt32 = 0
        var next = 0
        while program.indices.contains(next) {
            let instruction = program[next]
            let constant = instruction.constant
            next += 1
            func jump(_ condition: Bool) { next += Int(condition ? instruction.whenTrue : instruction.whenFalse) }
            switch instruction.code {
            case 0x20:  // ld [k]
                guard constant.isMultiple(of: 4), Int(constant / 4) < words.count else { throw .badLoad(constant) }
                accumulator = words[Int(constant / 4)]
            case 0x54: accumulator &= constant
            case 0x05: next += Int(constant)
            case 0x15: jump(accumulator == constant)
            case 0x25: jump(accumulator > constant)
            case 0x35: jump(accumulator >= constant)
            case 0x45: jump(accumulator & constant != 0)
            case 0x06: return Action(constant)
            case 0x16: return Action(accumulator)
            default: throw .unknownInstruction(instruction.code)
            }
        }
        throw .ranOffTheEnd
    }
}
