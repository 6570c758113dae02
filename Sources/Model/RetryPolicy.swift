/// How often, and after which waits, a job whose tool has failed is tried again.
///
/// The wait doubles with each attempt up to ``cap``, then is scaled by a random factor in `0.5 ..< 1.5`, so that jobs which
/// failed together do not all come back together.
///
/// - Units: `Duration`; stored as whole milliseconds, rounded down.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in total, the first one included: 1 to ``mostAttempts``.
    package var attempts: Int
    /// Wait after the first failure: 10 ms to ``cap``.
    package var base: Duration
    /// Longest wait before the random factor: at most 1 d.
    package var cap: Duration

    package static let mostAttempts = 20
    /// One attempt alone.
    package static let none = RetryPolicy(attempts: 1)

    package init(attempts: Int, base: Duration = .seconds(1), cap: Duration = .seconds(30)) {
        (self.attempts, self.base, self.cap) = (attempts, base, cap)
    }

    /// Everything that is out of its range.
    package var mistakes: [ModelError] {
        var mistakes: [ModelError] = []
        if !(1...Self.mostAttempts).contains(attempts) {
            mistakes.append(
                .outOfRange(field: "retry.attempts", value: "\(attempts)", allowed: "1 to \(Self.mostAttempts)"))
        }
        if base < .milliseconds(10) || base > cap {
            mistakes.append(
                .outOfRange(field: "retry.base", value: base.text, allowed: "10ms to retry.cap (\(cap.text))"))
        }
        if cap > .seconds(86_400) {
            mistakes.append(.outOfRange(field: "retry.cap", value: cap.text, allowed: "at most 24h"))
        }
        return mistakes
    }

    /// The wait once `attempt` (counted from 1) has failed, or `nil` when no attempt is left.
    package func wait(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration? {
        guard attempt < attempts else { return nil }
        return Self.backOff(after: attempt, base: base, cap: cap, using: &generator)
    }

    /// The same wait without a bound on the number of attempts.
    package static func backOff(
        after attempt: Int, base: Duration, cap: Duration, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        var wait = base
        for _ in 1..<max(attempt, 1) where wait < cap { wait *= 2 }
        let milliseconds = Double(min(wait, cap).wholeMilliseconds)
        return .milliseconds(Int64(milliseconds * Double.random(in: 0.5..<1.5, using: &generator)))
    }
}

extension RetryPolicy: Codable {
    private enum CodingKeys: String, CodingKey {
        case attempts
        case base = "base_ms"
        case cap = "cap_ms"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            attempts: try values.decode(Int.self, forKey: .attempts),
            base: .milliseconds(try values.decode(Int64.self, forKey: .base)),
            cap: .milliseconds(try values.decode(Int64.self, forKey: .cap)))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(attempts, forKey: .attempts)
        try values.encode(base.wholeMilliseconds, forKey: .base)
        try values.encode(cap.wholeMilliseconds, forKey: .cap)
    }
}
