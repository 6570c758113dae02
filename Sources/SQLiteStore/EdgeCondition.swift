package import Model

/// Judges the conditions of needs: the seam between the store, which knows what became of a job, and the language of conditions.
package struct EdgeCondition: Sendable {
    /// What a condition may speak of.
    package struct Names: Sendable, Hashable {
        /// The job's result, as JSON of at most ``mostResult``; `null` if it left none, or left something else.
        package let result: JSONValue
        package let state: JobState
        /// `nil` if its tool did not exit.
        package let exitCode: Int?

        package init(result: JSONValue, state: JobState, exitCode: Int?) {
            (self.result, self.state, self.exitCode) = (result, state, exitCode)
        }
    }

    /// Results that are larger cannot be asked about.
    package static let mostResult = ByteCount.kibibytes(64)

    /// Whether the condition holds; its error is told to people as why the job that has the need came to an error.
    package let holds: @Sendable (_ source: String, _ names: Names) throws -> Bool

    package init(_ holds: @escaping @Sendable (_ source: String, _ names: Names) throws -> Bool) { self.holds = holds }

    /// Where nothing can judge: every job that has a condition comes to an error.
    package static let none = EdgeCondition { _, _ in
        throw ModelError.malformed(field: "condition", value: "any", expected: "asked where conditions can be judged")
    }
}
