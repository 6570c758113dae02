/// A number with its noun, as in `1 job` and `2 jobs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// What one check came to.
package struct Finding: Sendable, Hashable {
    package enum Level: String, Sendable, CaseIterable {
        case ok
        /// It could not be looked at, which is no good sign and no bad one.
        case unknown
        /// Jobs run, but something may become a trouble.
        case warn
        /// Jobs do not run, or would not be as safe as promised.
        case fail
    }

    package let check: Check
    /// `nil` if all is well.
    package let problem: Problem?
    package let level: Level
    /// One sentence.
    package let message: String
    /// What to do; always there unless all is well.
    package let remedy: String?

    /// Stable: the problem's id, else the name of the check that found none.
    package var id: String { problem?.rawValue ?? check.rawValue }

    static func ok(_ check: Check, _ message: String) -> Finding {
        Finding(check: check, problem: nil, level: .ok, message: message, remedy: nil)
    }

    static func unknown(_ check: Check, _ problem: Problem, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, problem: problem, level: .unknown, message: message, remedy: remedy)
    }

    static func warn(_ check: Check, _ problem: Problem, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, problem: problem, level: .warn, message: message, remedy: remedy)
    }

    static func fail(_ check: Check, _ problem: Problem, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, problem: problem, level: .fail, message: message, remedy: remedy)
    }
}
