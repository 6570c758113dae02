/// What the head of an ELF file says of the program in it.
package struct ProgramHeader: Sendable, Hashable {
    /// As uname(2) names it, or the number of the machine.
    package let architecture: String
    /// Whether it needs neither a loader nor a library.
    package let isStatic: Bool

    /// Bytes from the beginning of a file that are enough to read this.
    package static let neededBytes = 64 << 10

    /// `nil` if this is not the head of a 64-bit little-endian program.
    ///
    /// - Source: elf(5).
    package init?(_ bytes: [UInt8]) {
        func number(at offset: Int, _ count: Int) -> UInt64? {
            guard offset >= 0, offset <= bytes.count - count else { return nil }
            return (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        }
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let machine = number(at: 18, 2),
            let table = number(at: 32, 8), let entrySize = number(at: 54, 2), let count = number(at: 56, 2),
            table < UInt64(bytes.count), entrySize >= 56
        else { return nil }
        architecture = [62: "x86_64", 183: "aarch64", 243: "riscv64"][machine] ?? "machine \(machine)"
        var types: Set<UInt64> = []
        for index in 0..<Int(count) {
            guard let type = number(at: Int(table) + index * Int(entrySize), 4) else { return nil }
            types.insert(type)
        }
        let interpreter: UInt64 = 3
        isStatic = !types.contains(interpreter)
    }
}
