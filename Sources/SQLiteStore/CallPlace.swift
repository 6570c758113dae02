/// Where the calls of a store are carried out.
package enum CallPlace: Sendable {
    /// On the connection's own queue: whoever calls waits without holding up a thread.
    case queue
    /// On the caller's thread, which is held up until it is done: for a program that itself says what happens after what.
    case caller
}
