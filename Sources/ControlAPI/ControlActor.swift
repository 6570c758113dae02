/// Who asks: a user of this machine, by what the kernel says of the connection.
package struct ControlActor: Sendable, Hashable, CustomStringConvertible {
    package let uid: UInt32
    /// `nil` if the system has none for the uid.
    package let name: String?

    package init(uid: UInt32, name: String?) { (self.uid, self.name) = (uid, name) }

    /// How events and logs name it: the name, else `uid:` and the number.
    package var description: String { name ?? "uid:\(uid)" }
}
