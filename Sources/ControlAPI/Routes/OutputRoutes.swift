import ControlWire
import Model
package import Ports
import Synchronization
import Waiting

/// What jobs write: from the spool while it grows, from the blob once the attempt has ended.
package struct OutputRoutes: RouteGroup {
    private let reader: any JobReader & BlobReader
    private let jobs: any JobWatch
    private let spools: any SpoolWatch

    /// Attempts of a job have numbers up to here.
    private static let lastAttempt = Int64(1000)

    package init(reader: any JobReader & BlobReader, jobs: any JobWatch, spools: any SpoolWatch) {
        (self.reader, self.jobs, self.spools) = (reader, jobs, spools)
    }

    package var routes: [Route] {
        [
            .get("/jobs/{id}/output", query: ["stream", "attempt", "from", "follow"], kind: .long) {
                try await follow($0)
            }
        ]
    }

    /// Of a job that waits nothing is answered, not even a head, before it has an attempt; with `follow=0` at once, what there is now.
    private func follow(_ request: ControlRequest) async throws -> ControlAnswer {
        let stream = try request.word("stream", OutputStream.self) ?? .stdout
        let number = try request.number("attempt", 1...Self.lastAttempt).map { Int($0) }
        let from = try request.number("from", 0...ControlWire.largestOffset) ?? 0
        let isFollowed = try request.number("follow", 0...1) != 0
        let job = try await reader.job(request.parameter("id")).summary
        guard let attempt = try await attempt(number, of: job, isAwaited: isFollowed) else {
            guard let number else { return Self.answer(attempt: 0, body: .bytes([])) }
            throw StoreError.notFound("attempt \(number) of job \(job.id)")
        }
        return Self.answer(
            attempt: attempt.number,
            body: .stream { writer in
                try await pass(attempt, of: job.root, stream, from: from, isFollowed: isFollowed, to: writer)
            })
    }

    private static func answer(attempt: Int, body: ControlAnswer.Body) -> ControlAnswer {
        ControlAnswer(
            contentType: ControlAnswer.bytesType, headers: [(ControlWire.attemptHeader, "\(attempt)")], body: body)
    }

    /// The attempt of that number, else the newest one; one that is awaited is waited for while it may still come.
    private func attempt(_ number: Int?, of job: JobSummary, isAwaited: Bool) async throws -> AttemptID? {
        let signal = Signal()
        let watching = jobs.watch(root: job.root) { signal.send() }
        defer { watching.end() }
        while true {
            // In this order: once the job has ended, no further attempt can come.
            let hasEnded = try await reader.summary("\(job.id)").state.isTerminal
            let attempts = try await reader.attempts(of: job.id).map(\.id)
            let found = if let number { attempts.first { $0.number == number } } else { attempts.last }
            if found != nil || hasEnded || !isAwaited { return found }
            try await signal.wait()
        }
    }

    /// Writes the stream from `from` on: as it grows, to its end, or what there is of it now.
    @concurrent private func pass(
        _ attempt: AttemptID, of root: JobID, _ stream: OutputStream, from: Int64, isFollowed: Bool,
        to writer: ControlWriter
    ) async throws {
        let spoolStream: SpoolStream = stream == .stdout ? .stdout : .stderr
        let signal = Signal()
        let hasMoved = Atomic(true)
        let watchings = [
            jobs.watch(root: root) {
                hasMoved.store(true, ordering: .sequentiallyConsistent)
                signal.send()
            },
            spools.watch(attempt, spoolStream) { signal.send() },
        ]
        defer { for watching in watchings { watching.end() } }
        var offset = from
        while true {
            // First: what is stored as the end of a stream holds all that was in its spool.
            if hasMoved.exchange(false, ordering: .sequentiallyConsistent),
                let record = try await reader.attempts(of: attempt.job).first(where: { $0.id == attempt }),
                record.state.hasOutcome
            {
                let blob = stream == .stdout ? record.stdout : record.stderr
                if let blob { try await writer.write(blob, from: offset, of: reader) }
                return
            }
            while let piece = await piece(attempt, spoolStream, from: offset, count: writer.bounds.pieceBytes) {
                try await writer.write(piece)
                offset += Int64(piece.count)
            }
            // What has ended since has moved its bytes: one more round finds them.
            guard isFollowed || hasMoved.load(ordering: .sequentiallyConsistent) else { return }
            if isFollowed { try await signal.wait() }
        }
    }

    /// What is in the spool now; `nil` if that is nothing, or nobody writes to it any more.
    private func piece(
        _ attempt: AttemptID, _ stream: SpoolStream, from offset: Int64, count: Int
    ) async -> [UInt8]? {
        let spool = spools.spool(attempt, stream)
        let piece = try? await spool?.read(from: offset, count: count)  // ignored: the blob has it
        return piece.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension AttemptState {
    /// Whether everything that came of the attempt is stored, or nothing ever will be.
    fileprivate var hasOutcome: Bool {
        switch self {
        case .creating, .verified, .working: false
        case .collected, .removed, .lost: true
        }
    }
}
