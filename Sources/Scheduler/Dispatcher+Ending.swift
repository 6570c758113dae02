import Logging
package import Model
package import Ports
import Waiting

extension Dispatcher: Drainable {
    /// Begins nothing any more, does with what runs as `mode` says, and ends ``run()``.
    ///
    /// When its task is cancelled, what still runs is left as it is.
    package func drain(_ mode: DrainMode) async {
        status.isDraining = true
        if mode == .cancel { for job in Array(inHand.keys) { await cancelInHand(job, grace: nil) } }
        if mode == .leave { await untilConcluded() } else { await endEverything() }
        isEnding = true
        wake()
    }

    /// Waits until a job is in nobody's hands: what ended before then has nothing left in the engine, unless that cannot be reached.
    package func untilReleased(_ job: JobID) async throws(CancellationError) {
        guard inHand[job] != nil else { return }
        let release = Signal()
        releases[job, default: []].append(release)
        try await release.wait()
    }

    /// A job whose tool is over is not left: what is still to be stored and removed of it takes no time, and would lie about until the next
    /// daemon.
    private func untilConcluded() async {
        for (job, hand) in inHand where hand.control?.isConcluding == true {
            do { try await untilReleased(job) } catch { return }  // whoever drains has waited for long enough
        }
    }

    private func endEverything() async {
        do {
            try await untilNothingIsInHand()
            // A container that could not be removed gets another chance: nobody may come after us for a long time.
            _ = try await reap()
        } catch {
            logger.debug("the last look at the engine was not made", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func untilNothingIsInHand() async throws(CancellationError) {
        while !inHand.isEmpty { try await quiet.wait() }
    }

    /// A job is in nobody's hands any more.
    func letGo(_ job: JobID) {
        inHand[job] = nil
        status.running = inHand.count
        if inHand.isEmpty { quiet.send() }
        for release in releases.removeValue(forKey: job) ?? [] { release.send() }
        wake()
    }
}
