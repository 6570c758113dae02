/// A number with its noun, as in `1 job` and `2 jobs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// What one check came to.
package struct Finding: Sendable, Hashable {
    package enum Level: String, Sendable, CaseIterable {
        case ok
        /// Jobs run, but something may become a trouble.
        case warn
        /// Jobs do not run, or would not be as safe as promised.
        case fail
    }

    package let check: Check
    package let level: Level
    /// One sentence.
    package let message: String
    /// What to do; always there unless all is well.
    package let remedy: String?

    static func ok(_ check: Check, _ message: String) -> Finding {
        Finding(check: check, level: .ok, message: message, remedy: nil)
    }

    static func warn(_ check: Check, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, level: .warn, message: message, remedy: remedy)
    }

    static func fail(_ check: Check, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, level: .fail, message: message, remedy: remedy)
    }
}
