import Glibc

/// Who may ask: the user that the daemon runs as, and root.
struct ControlActors: Sendable {
    private let known: [UInt32: ControlActor]

    /// Looks the names up, which may take a while: once, before anybody asks.
    init(own uid: UInt32 = getuid()) {
        known = Dictionary(
            [uid, 0].map { ($0, ControlActor(uid: $0, name: Self.name(of: $0))) },
            uniquingKeysWith: { first, _ in first })
    }

    /// `nil` for anybody else, and for a peer that the kernel does not name.
    func actor(of peer: PeerCredentials?) -> ControlActor? { peer.flatMap { known[$0.uid] } }

    private static func name(of uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return nil
        }
        return String(cString: name)
    }
}
