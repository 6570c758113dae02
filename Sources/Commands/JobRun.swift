import ControlWire
import Model
import Ports

/// One `caisson run`: a job of the daemon's, from its submission to its end.
struct JobRun {
    let request: JobRequest
    /// What of the job is no part of a request: its effect, its retries, its place.
    let adapt: @Sendable (inout Submission) -> Void
    let daemon: any Daemonic
    /// Finds the daemon again, or starts another one, when the one that was there is gone.
    let reconnect: @Sendable () async throws -> Void
    let output: Output
    let form: OutputForm
    let artifactsDir: String?
    let changesDir: String?

    private static let longestWait = Duration.seconds(60)

    func run() async throws -> ExitStatus {
        var submission = try await submission()
        adapt(&submission)
        let id = try await daemon.submit(submission).root
        let printer = OutputPrinter(output)
        let signals = CancelSignals(printer)
        defer { signals.end() }
        let asks = signals.asks
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await count in asks { await self.cancel(id, isSecond: count > 1) } }
            if case .live(let source) = request.stdin { group.addTask { await self.feed(source, to: id) } }
            let status = try await self.follow(id, printer)
            group.cancelAll()
            return status
        }
    }

    // MARK: Before

    /// The job with its inputs kept.
    private func submission() async throws -> Submission {
        var files: [JobSpec.InputFile] = []
        for file in request.files {
            let blob = try await daemon.keep(file.source)
            files.append(
                JobSpec.InputFile(
                    path: file.path, size: blob.size, isExecutable: file.isExecutable, digest: blob.digest))
        }
        let stdin: JobSpec.StandardInput
        switch request.stdin {
        case .none: stdin = .none
        case .live: stdin = .live
        case .stored(let source):
            let blob = try await daemon.keep(source)
            stdin = .stored(digest: blob.digest, size: blob.size)
        }
        return Submission(request.spec(image: PinnedImage(id: "", name: request.image), files: files, stdin: stdin))
    }

    // MARK: Meanwhile

    private func cancel(_ job: JobID, isSecond: Bool) async {
        output.error(isSecond ? "caisson: killing the job" : "caisson: cancelling; once more to kill at once")
        do {
            _ = try await daemon.cancel(job, isTree: false, reason: "", grace: isSecond ? .zero : nil)
        } catch {
            Failure(error).tell(form, output: output)
        }
    }

    private func feed(_ source: any InputSource, to job: JobID) async {
        do {
            try await daemon.feed(source, to: job)
        } catch {
            // ignored: a job that has ended reads nothing any more; what else went wrong, its end tells
        }
    }

    /// Passes on what the job writes, waits for its end, and tells of it.
    private func follow(_ id: JobID, _ printer: OutputPrinter) async throws -> ExitStatus {
        async let out = passOn(OutputFollower(.stdout, printer: printer), of: id)
        async let err = passOn(OutputFollower(.stderr, printer: printer), of: id)
        let flaws = [try await out, try await err].compactMap(\.self)
        // ignored: whoever could not be written to has been told of
        for toError in [false, true] { try? output.endOfBytes(toError: toError) }
        let job = try await persistently {
            var job = try await daemon.wait(for: id, limit: Self.longestWait)
            while !job.state.isTerminal { job = try await daemon.wait(for: id, limit: Self.longestWait) }
            return try await daemon.job("\(id)")
        }
        if form != .json {
            let message = TextTable.oneLine(job.message ?? "", width: TextTable.sentence)
            output.error("caisson: job \(id) \(job.state.rawValue): \(message)")
        }
        var failures = ((printer.refusal.map { [$0] } ?? flaws) as [any Error]).prefix(1).map { Failure($0) }
        do {
            let attempt = try await persistently { try await daemon.attempts(of: id).last }
            try await JobEnd(job: job, attempt: attempt).report(
                artifactsDir: artifactsDir, changesDir: changesDir, reader: daemon, output: output)
        } catch {
            failures.append(Failure(error))
        }
        return tell(job, failures)
    }

    private func passOn(_ follower: OutputFollower, of job: JobID) async throws -> OutputError? {
        var follower = follower
        var isDone = false
        while !isDone {
            try await persistently {
                try await follower.follow(job, from: daemon)
                isDone = true
            }
        }
        return follower.flaw
    }

    private func persistently<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await Reconnection(reconnect: reconnect).call(body)
    }

    // MARK: The last words

    /// With `-o json` the job as one object, then what could not be handed out.
    ///
    /// That files or output could not be written changes the exit status of a success alone.
    private func tell(_ job: JobRecord, _ failures: [Failure]) -> ExitStatus {
        struct View: Encodable {
            struct Job: Encodable { let id, state, reason, message: String }
            let job: Job
        }
        if form == .json {
            output.error(
                Output.compactJSON(
                    View(
                        job: View.Job(
                            id: "\(job.id)", state: job.state.rawValue, reason: job.reason ?? "",
                            message: job.message ?? ""))))
        }
        for failure in failures { failure.tell(form, output: output) }
        let status = ExitStatus(job.state)
        return status == .ok ? failures.first?.status ?? .ok : status
    }
}
