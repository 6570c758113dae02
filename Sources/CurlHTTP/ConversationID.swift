/// Names one transfer or raw stream between its user's side and the loop's; never 0, never used twice.
struct ConversationID: Sendable, Hashable {
    let rawValue: UInt
}
