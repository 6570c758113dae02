/// An error that a person may read: a stable code, one sentence and, where there is one, a remedy.
package protocol UserFacingError: Error, Sendable {
    /// The stable name of the error, the same in the log, on the wire and in the documentation.
    var code: ErrorCode { get }
    /// One sentence that says what happened, with the values that matter and no secrets.
    var message: String { get }
    /// What the reader can do about it, or `nil` when there is nothing.
    var remedy: String? { get }
}
