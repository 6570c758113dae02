/// What an answer says before its body.
package struct HTTPResponseHead: Sendable, Hashable {
    /// Three digits; never 1xx, except 101 for an upgrade.
    package let status: Int
    package let headers: HTTPHeaders
}
