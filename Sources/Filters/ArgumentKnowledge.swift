/// What one way through filters has found out about a call's arguments, in 32-bit words of `struct seccomp_data`.
struct ArgumentKnowledge {
    /// By word: which bits are known, and what they are.
    private var known: [Int: (mask: UInt32, value: UInt32)] = [:]
    /// Masked words that must not have a value.
    private var excluded: [(word: Int, mask: UInt32, value: UInt32)] = []

    /// The same, and also that `word & mask` is `value`; `nil` if that contradicts what is known.
    func with(word: Int, mask: UInt32, equal value: UInt32) -> ArgumentKnowledge? {
        let old = known[word] ?? (0, 0)
        guard value & ~mask == 0, (old.value ^ value) & old.mask & mask == 0 else { return nil }
        var new = self
        new.known[word] = (old.mask | mask, old.value | value)
        return new.isPossible ? new : nil
    }

    /// The same, and also that `word & mask` is not `value`; `nil` if that contradicts what is known.
    func with(word: Int, mask: UInt32, notEqual value: UInt32) -> ArgumentKnowledge? {
        guard value & ~mask == 0 else { return self }
        var new = self
        new.excluded.append((word, mask, value))
        return new.isPossible ? new : nil
    }

    /// Whether no excluded value is already certain.
    private var isPossible: Bool {
        excluded.allSatisfy { word, mask, value in
            let bits = known[word] ?? (0, 0)
            return bits.mask & mask != mask || bits.value & mask != value
        }
    }
}
