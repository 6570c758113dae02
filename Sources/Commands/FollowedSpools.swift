import Model
import Ports

/// Spools that tell when something was written to them, so that nobody has to look again and again.
struct FollowedSpools: Spools {
    private let spools: any Spools
    private let follower: OutputFollower

    init(_ spools: any Spools, follower: OutputFollower) { (self.spools, self.follower) = (spools, follower) }

    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        let spool = try await spools.open(attempt, stream)
        // Other jobs that this process works for are nobody's who reads our output.
        guard await follower.job == attempt.job, stream == .stdout || stream == .stderr else { return spool }
        await follower.follow(spool, toError: stream == .stderr)
        return FollowedSpool(spool: spool, follower: follower)
    }

    func remove(_ attempt: AttemptID) async throws(StoreError) {
        // The last bytes must have been passed on before their file goes.
        if await follower.job == attempt.job { await follower.drain() }
        try await spools.remove(attempt)
    }
}

private struct FollowedSpool: Spool {
    let spool: any Spool
    let follower: OutputFollower

    var length: Int64 { get async { await spool.length } }

    func append(_ bytes: [UInt8]) async throws(StoreError) {
        try await spool.append(bytes)
        follower.wakeUp()
    }

    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }

    func link(as path: String) async throws(StoreError) -> Bool { try await spool.link(as: path) }

    /// Put off until the follower closes it: whoever closes need not wait for a reader of our output, and a further attempt is compared
    /// with what this one has written.
    func close() {}
}
