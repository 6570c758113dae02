import Model
import Ports

/// One act on many jobs: each is told, what fails is told at its end, and the first failure sets the exit status.
struct BulkAct {
    /// As in `Cancel`.
    let verb: String
    /// As in `cancelled`.
    let done: String
    let targets: JobTargets
    let form: OutputForm
    let output: Output

    private struct View: Encodable {
        let id: String
        let result: String
        /// Of an act that makes one.
        let newId: String?
    }

    /// - Parameters:
    ///   - isFitting: of a filter's jobs, those for which `act` can do something.
    ///   - act: returns the new job, if it makes one.
    func run(
        reader: any JobReader, now: WallTime, ask: ((String) -> Bool)? = Question.ask,
        isFitting: (JobSummary) -> Bool, act: (JobSummary) async throws -> JobID?
    ) async throws -> ExitStatus {
        let found = try await targets.find(reader: reader, now: now, isFitting: isFitting)
        if targets.dryRun {
            try JobListing(found.jobs, now: now).print(form == .json ? .json : .table, next: nil, output: output)
            return try tell(found.problems)
        }
        guard try targets.mayGoOn(found.jobs.count, verb: verb, ask: ask) else {
            output.error("caisson: nothing was done")
            return .ok
        }
        var (views, problems) = ([View](), found.problems)
        for job in found.jobs {
            do {
                let new = try await act(job)
                views.append(View(id: "\(job.id)", result: done, newId: new.map { "\($0)" }))
                if form == .table { try output.line("\(job.id)\t\(done)\(new.map { "\t\($0)" } ?? "")") }
            } catch let error as any UserFacingError {
                problems.append(error)
            }
        }
        if form == .json { try output.json(views) }
        if found.jobs.isEmpty, problems.isEmpty { output.error("caisson: no job is meant") }
        return try tell(problems)
    }

    /// Tells each problem; a single one without anything else is thrown, so that it is told as any other error.
    private func tell(_ problems: [any Error]) throws -> ExitStatus {
        guard let first = problems.first else { return .ok }
        if problems.count == 1 { throw first }
        let failures = problems.map { Failure($0) }
        for failure in failures { failure.tell(form, output: output) }
        return failures.first?.status ?? .errored
    }
}
