import Filters
package import Hardening
package import Model

/// What jobs under one profile may do that those under another may not, and the other way round.
///
/// Limits and paths are compared as they are written, system calls by following each number through the compiled filters of both
/// profiles at once: only where the same arguments get different answers is there a difference.
package struct ProfileDiff: Sendable {
    /// What one side may and the other may not.
    package struct Gains: Sendable, Hashable {
        package var limits: [Limit] = []
        package var paths: [Path] = []
        package var calls: [Call] = []
        /// Whether programs in `/work` may be executed.
        package var executesWork = false
        /// Whether jobs run on a kernel without Landlock, too.
        package var mayLackLandlock = false

        package var isEmpty: Bool {
            limits.isEmpty && paths.isEmpty && calls.isEmpty && !executesWork && !mayLackLandlock
        }
    }

    /// A limit that is wider.
    package struct Limit: Sendable, Hashable {
        package let field: LimitField
        package let amount: Int64
        /// The other side's.
        package let other: Int64
    }

    /// A path that is less protected.
    package struct Path: Sendable, Hashable {
        package let path: String
        package let protection: Protection
        /// The other side's.
        package let other: Protection
    }

    package enum Protection: String, Sendable, Hashable, Comparable, Encodable {
        case none
        case readOnly = "read_only"
        case masked

        private var rank: Int {
            switch self {
            case .none: 0
            case .readOnly: 1
            case .masked: 2
            }
        }

        package static func < (one: Protection, other: Protection) -> Bool { one.rank < other.rank }
    }

    /// A system call that gets through where the other side's does not.
    package struct Call: Sendable, Hashable {
        package let number: Int
        package let name: String
        /// Whether it depends on the call's arguments.
        package let isConditional: Bool
        /// Whether it gets through on the other side, too, with other arguments.
        package let isWider: Bool
    }

    /// A system call that gets through on neither side, and is told so in another way.
    package struct Answer: Sendable, Hashable {
        package let number: Int
        package let name: String
        package let first: String
        package let second: String
    }

    /// What the first may and the second may not.
    package let first: Gains
    package let second: Gains
    package let answers: [Answer]

    /// Whether jobs under both may do the same and see the same of it.
    package var isEmpty: Bool { first.isEmpty && second.isEmpty && answers.isEmpty }

    /// - Throws: ``HardeningError``, also for a compiled list that cannot be followed.
    package init(_ one: Profile, _ other: Profile) throws {
        var (first, second) = (Gains(), Gains())
        first.limits = Self.limits(one, beyond: other)
        second.limits = Self.limits(other, beyond: one)
        first.paths = Self.paths(one, beyond: other)
        second.paths = Self.paths(other, beyond: one)
        if one.landlock != other.landlock {
            first.mayLackLandlock = one.landlock == .whenAvailable
            second.mayLackLandlock = other.landlock == .whenAvailable
        }
        first.executesWork = one.executableWork && !other.executableWork
        second.executesWork = other.executableWork && !one.executableWork
        var answers: [Answer] = []
        for (number, ways) in try Self.combinations(one, other) {
            let pairs = ways.map { ($0[0], $0[1]) }
            let name = ReachableCalls.name(of: number)
            first.calls += Self.call(number, name, pairs)
            second.calls += Self.call(number, name, pairs.map { ($1, $0) })
            let told = Set(
                pairs.filter { !$0.letsThrough && !$1.letsThrough && $0.words != $1.words }
                    .map { Answer(number: number, name: name, first: $0.words, second: $1.words) })
            answers += told.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
        }
        first.calls.sort { $0.name < $1.name }
        second.calls.sort { $0.name < $1.name }
        self.answers = answers.sorted { ($0.name, $0.first, $0.second) < ($1.name, $1.first, $1.second) }
        (self.first, self.second) = (first, second)
    }

    private static func limits(_ one: Profile, beyond other: Profile) -> [Limit] {
        LimitField.allCases.compactMap { field in
            let (amount, rest) = (field.amount(in: one.limits), field.amount(in: other.limits))
            return amount > rest ? Limit(field: field, amount: amount, other: rest) : nil
        }
    }

    private static func paths(_ one: Profile, beyond other: Profile) -> [Path] {
        Set(other.maskedPaths + other.readOnlyPaths).sorted().compactMap { path in
            let (own, rest) = (one.protection(of: path), other.protection(of: path))
            return own < rest ? Path(path: path, protection: own, other: rest) : nil
        }
    }

    private static func combinations(
        _ one: Profile, _ other: Profile
    ) throws -> [(number: Int, answers: Set<[FilterProgram.Action]>)] {
        // The inner filter is loaded last, so it is asked first.
        let stacks = try [one, other].map { profile in
            try [profile.inner, profile.outer].map { FilterProgram(try FilterCompiler.compile($0)) }
        }
        do {
            return try ReachableCalls.combinations(stacks)
        } catch {
            throw HardeningError.filterNotBuilt(detail: "a compiled list cannot be followed: \(error)")
        }
    }

    /// The call if some arguments get it through on the first side alone.
    private static func call(
        _ number: Int, _ name: String, _ pairs: [(FilterProgram.Action, FilterProgram.Action)]
    ) -> [Call] {
        guard pairs.contains(where: { $0.letsThrough && !$1.letsThrough }) else { return [] }
        let isConditional = !pairs.allSatisfy { $0.0.letsThrough }
        return [
            Call(
                number: number, name: name, isConditional: isConditional,
                isWider: pairs.contains { $0.1.letsThrough })
        ]
    }
}

extension Profile {
    fileprivate func protection(of path: String) -> ProfileDiff.Protection {
        if maskedPaths.contains(path) { return .masked }
        return readOnlyPaths.contains(path) ? .readOnly : .none
    }
}

extension FilterProgram.Action {
    /// What a program sees of it; whether the cell counts a refusal is no difference to it.
    fileprivate var words: String {
        switch self {
        case .allow: "let through"
        case .killProcess: "killed"
        case .notify: "refused"
        case .errno(let number): number == Errno.refused ? "refused" : "answered \(Errno.name(number))"
        case .other(let value): value == 0 ? "killed" : "answered by action \(String(value, radix: 16))"
        }
    }
}

/// The names of the error numbers that lists answer with.
private enum Errno {
    /// `EPERM`.
    static let refused = 1

    /// - Source: `asm-generic/errno-base.h` and `errno.h` of Linux.
    static func name(_ number: Int) -> String {
        let names = [
            2: "ENOENT", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES", 14: "EFAULT", 19: "ENODEV", 22: "EINVAL",
            25: "ENOTTY", 38: "ENOSYS", 61: "ENODATA", 88: "ENOTSOCK", 95: "ENOTSUP", 97: "EAFNOSUPPORT",
        ]
        return names[number] ?? (number == 0 ? "success" : "error \(number)")
    }
}
