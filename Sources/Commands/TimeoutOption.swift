import ArgumentParser
import Model

/// `--timeout`: the longest wait of a verb that waits for what may never come.
struct TimeoutOption: ParsableArguments {
    /// The longest that can be asked for, and what is waited if nothing is.
    static let longest = Duration.seconds(31 * 86_400)

    @Option(help: ArgumentHelp("The longest wait: 1ms ... 31d; else without end.", valueName: "duration"))
    var timeout: String?

    func validate() throws { _ = try limit }

    /// - Throws: `ValidationError` for what is no duration, or out of its range.
    var limit: Duration {
        get throws {
            guard let timeout else { return Self.longest }
            do throws(ModelError) {
                let limit = try Duration(text: timeout, field: "--timeout")
                guard limit > .zero, limit <= Self.longest else {
                    throw .outOfRange(field: "--timeout", value: timeout, allowed: "1ms ... 31d")
                }
                return limit
            } catch {
                throw ValidationError(error.message)
            }
        }
    }
}
