/// What must be seen, as far as it depends on the profile still open.
package enum Expectation: Sendable {
    /// One of these texts.
    case oneOf([String])
    case ending(String)
    /// Words between spaces and commas: all of the first, none of the second.
    case words(all: [String], none: [String] = [])
    /// No words but these.
    case within([String])
    /// These words, in any order.
    case exactly([String])
    /// What the profile's lists answer to the call; if they let it through, one of `reached`.
    case filtered(SystemCall, reached: [String])
    /// Calls one after the other, each told with its name: the first that the lists refuse, else one of `reached`.
    case steps([(name: String, call: SystemCall)], reached: [String])
    /// The lists' answer to the call, and anything but a refusal of theirs if they let it through.
    case agreement(SystemCall)

    /// What a kernel answers that does not let this user do something to a file, or has no such file for it.
    static let closed = Expectation.oneOf(["EACCES", "EPERM", "EROFS", "ENOENT"])
    /// The same for something that may be covered by an empty one.
    static let masked = Expectation.oneOf(["empty", "none", "EACCES", "EPERM", "ENOENT"])

    /// What is right under these filters.
    package func resolved(_ filters: ProfileFilters) -> Wanted {
        switch self {
        case .oneOf(let texts): return .oneOf(texts)
        case .ending(let end): return Wanted("…\(end)") { $0.hasSuffix(end) }
        case .words(let all, let none):
            let not = none.isEmpty ? "" : ", not \(none.joined(separator: ","))"
            return Wanted(all.joined(separator: ",") + not) { seen in
                let words = seen.split { $0 == "," || $0 == " " }.map(String.init)
                return all.allSatisfy(words.contains) && !none.contains(where: words.contains)
            }
        case .within(let names):
            return Wanted("nothing but \(names.joined(separator: " "))") { seen in
                seen.split(separator: " ").allSatisfy { names.contains(String($0)) }
            }
        case .exactly(let names):
            return Wanted(names.joined(separator: " ")) { Set($0.split(separator: " ").map(String.init)) == Set(names) }
        case .filtered(let call, let reached):
            switch filters.answer(to: call) {
            case .refused(let words): return .oneOf(words)
            case .letThrough: return Self.reached(reached)
            }
        case .steps(let steps, let reached):
            for step in steps {
                if case .refused(let words) = filters.answer(to: step.call) {
                    return .oneOf(words.map { $0.hasPrefix("E") ? "\(step.name) \($0)" : $0 })
                }
            }
            return Self.reached(reached)
        case .agreement(let call):
            switch filters.answer(to: call) {
            case .refused(let words): return .oneOf(words)
            case .letThrough:
                let refusals = ["EPERM", "ENOSYS", "killed SIGSYS"]
                return Wanted("that it gets through") { !refusals.contains($0) }
            }
        }
    }

    /// Nothing is right if no profile may let this through.
    private static func reached(_ texts: [String]) -> Wanted {
        texts.isEmpty ? Wanted("a refusal by the profile's lists") { _ in false } : .oneOf(texts)
    }
}

/// What is right to see.
package struct Wanted: Sendable {
    /// For people.
    package let text: String
    package let accepts: @Sendable (_ seen: String) -> Bool

    init(_ text: String, accepts: @escaping @Sendable (_ seen: String) -> Bool) {
        (self.text, self.accepts) = (text, accepts)
    }

    static func oneOf(_ texts: [String]) -> Wanted {
        Wanted(texts.joined(separator: " or ")) { texts.contains($0) }
    }
}
