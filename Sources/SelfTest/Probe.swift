/// Something that a sandbox must not let happen, or must show to be as it is said to be.
package struct Probe: Sendable {
    /// `GROUP.NAME`: stable.
    package let id: String
    /// In one line.
    package let meaning: String
    /// What is tried: most probes have one line, of their own id.
    package let lines: [Line]
    /// Why the probe fails whatever is seen.
    package var flaw: String?

    package var group: String { String(id.prefix { $0 != "." }) }

    /// One thing for `caisson-probe` to try.
    package struct Line: Sendable {
        package let id: String
        /// Whether it may end or change its process, and therefore gets one of its own where there may be one.
        package var isForked = false
        /// The verb and its words, as the program's sources say.
        package let words: [String]
        package let wanted: Expectation

        package var text: String { ([id, isForked ? "fork" : "-"] + words).joined(separator: " ") }
    }

    init(_ id: String, _ meaning: String, lines: [Line]) { (self.id, self.meaning, self.lines) = (id, meaning, lines) }

    /// - Parameter words: with spaces between.
    init(_ id: String, _ meaning: String, _ words: String, forked: Bool = false, _ wanted: Expectation) {
        let words = words.split(separator: " ").map(String.init)
        self.init(id, meaning, lines: [Line(id: id, isForked: forked, words: words, wanted: wanted)])
    }

    /// A system call as it is.
    ///
    /// - Parameters:
    ///   - words: the arguments: numbers, `@TEXT` for a pointer to text, `#` for one to zeroes.
    ///   - forked: for a call that would change or end the process if it got through.
    ///   - reached: what is also right if the profile lets the call through.
    static func call(
        _ id: String, _ meaning: String, _ name: String, _ words: String = "", forked: Bool = false,
        reached: [String] = []
    ) -> Probe {
        let step = SystemCall(name, words.split(separator: " ").map { SystemCall.argument(String($0)) })
        var probe = Probe(
            id, meaning, "call \(step.number) \(words)", forked: forked, .filtered(step, reached: reached))
        if ProfileFilters.number(of: name) == nil {
            probe.flaw = "the libseccomp of this machine does not know \(name)"
        }
        return probe
    }
}

/// A system call, as far as filters see it.
package struct SystemCall: Sendable, Hashable {
    /// How it enters the kernel.
    package enum Entry: Sendable { case native, i386 }

    let number: Int
    let arguments: [UInt64]
    let entry: Entry

    init(number: Int, _ arguments: [UInt64] = [], entry: Entry = .native) {
        (self.number, self.arguments, self.entry) = (number, arguments, entry)
    }

    /// In place of the number of a call whose name this machine does not know: no call has it, and no list.
    private static let unknown = 1023

    init(_ name: String, _ arguments: [UInt64] = []) {
        self.init(number: ProfileFilters.number(of: name) ?? Self.unknown, arguments)
    }

    /// A word of a plan as a filter sees it; no rule looks at a pointer.
    static func argument(_ word: String) -> UInt64 {
        if word.hasPrefix("0x") { return UInt64(word.dropFirst(2), radix: 16) ?? 0 }
        return UInt64(word) ?? Int64(word).map { UInt64(bitPattern: $0) } ?? 0
    }
}
