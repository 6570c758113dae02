import Ports

/// Random numbers from where ids come from, so that a test's seed decides about them, too.
struct IDGenerator: RandomNumberGenerator {
    private let ids: any IDSource
    init(_ ids: any IDSource) { self.ids = ids }
    func next() -> UInt64 { ids.makeKey() }
}
