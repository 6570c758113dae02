import Logging
package import Model
import Ports
import Waiting

/// What the engine has, looked at again and again: at first to recover what an earlier process left, then to find what happened
/// behind our back.
extension Dispatcher {
    /// Looks until this task is cancelled.
    func lookAfterEngine() async {
        var failed = 0
        isLooking = true
        defer {
            isLooking = false
            answer(&reaps, .failure(CancellationError()))
        }
        while !Task.isCancelled {
            var asked = reaps
            reaps = []
            do {
                let findings = try await reconciler.round(after: carriers) { await self.jobsInHand }
                note(findings)
                answer(&asked, .success(findings))
                failed = 0
            } catch {
                answer(&asked, .failure(error))
                if error is CancellationError { return }
                failed += 1
                note(error)
            }
            guard reaps.isEmpty else { continue }
            let wait = failed == 0 ? configuration.reapInterval : Self.patience(after: failed)
            // ignored: a cancelled wait ends the loop
            _ = await within(wait, clock) { [looks] in try? await looks.wait() }
        }
    }

    /// Looks at the engine now, and tells what came of it.
    ///
    /// - Throws: what the look throws; `CancellationError` if there is none any more.
    package func reap() async throws -> Reconciler.Findings {
        guard !isEnding, isLooking else { throw CancellationError() }
        return try await withCheckedThrowingContinuation {
            reaps.append($0)
            look()
        }
    }

    private func answer(
        _ asked: inout [CheckedContinuation<Reconciler.Findings, any Error>],
        _ result: Result<Reconciler.Findings, any Error>
    ) {
        for asker in asked { asker.resume(with: result) }
        asked = []
    }

    /// The jobs that are begun, gone on with or ended now.
    package var jobsInHand: Set<JobID> { Set(inHand.keys) }

    private func note(_ findings: Reconciler.Findings) {
        (carriers, stopped) = (findings.carriers, findings.stopped)
        status.rounds += 1
        if status.engine != .up { logger.info("the engine answers") }
        status.engine = .up
        if findings.removedContainers > 0 {
            logger.info("containers were removed", metadata: ["count": "\(findings.removedContainers)"])
        }
        for attempt in findings.working where inHand[attempt.id.job] == nil {
            take(.adopt(attempt), InHand(row: nil, attempt: attempt.id))
        }
        wake()
    }

    private func note(_ error: any Error) {
        status.rounds += 1
        status.failedRounds += 1
        let known = error as? any UserFacingError
        let code = known?.code ?? .internalFault
        if case .down = status.engine {
        } else {
            logger.warning("the engine cannot be used", metadata: ["error.code": "\(code.rawValue)"])
        }
        // A fault of the store is not the engine's, but nothing can be begun without a round that went well.
        if case .down(_, code, _) = status.engine { return }
        status.engine = .down(
            since: wallClock.now(), code: code, message: known?.message ?? "The engine cannot be looked at.")
    }

    /// An attempt has found that the engine does not answer.
    func engineWentDown(_ reason: String) {
        guard status.engine == .up else { return }
        status.engine = .down(
            since: wallClock.now(), code: .engineUnreachable, message: "The engine does not answer (\(reason)).")
        look()
    }
}
