import ArgumentParser
import Daemon
import Model
import Ports

/// `caisson stats`: how jobs have fared lately.
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how the jobs of a time have fared: how they ended, how long they waited and ran.",
        discussion: "Example: `caisson stats --since 1h`. At most \(mostJobs) jobs are counted, the newest ones.")

    static let mostJobs = 10_000

    @Option(help: ArgumentHelp("Jobs accepted since then: 10m, 2h, 7d ago, or a time (RFC 3339).", valueName: "time"))
    var since = "24h"
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, now: WallTime, output: Output) async throws {
        var filter: JobFilter
        do throws(JobFilterText.Mistakes) {
            filter = try JobFilterText.read("kind=job,since=\(since)", now: now)
        } catch {
            throw InputError(mistakes: error.mistakes)
        }
        filter.kinds = [.job]
        let page = try await reader.jobs(filter, limit: Self.mostJobs, before: nil)
        let statistics = JobStatistics(page.jobs, isCut: page.next != nil)
        guard form.form == .table else { return try output.json(statistics) }
        for line in statistics.lines { try output.line(line) }
    }
}

/// Counts and times of some jobs.
struct JobStatistics: Encodable {
    /// Milliseconds, of those jobs that have them.
    struct Times: Encodable {
        let count: Int
        let p50Ms, p95Ms, mostMs: Int64

        init?(_ times: [Int64]) {
            let sorted = times.sorted()
            guard let last = sorted.last else { return nil }
            func rank(_ share: Double) -> Int64 { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
            (count, p50Ms, p95Ms, mostMs) = (sorted.count, rank(0.5), rank(0.95), last)
        }
    }

    let jobs: Int
    /// Whether there are more jobs than were counted.
    let isCut: Bool
    let states: [String: Int]
    /// Why those that did not succeed ended, by reason.
    let reasons: [String: Int]
    /// From the moment when it could begin to its last lease.
    let waited: Times?
    /// From its last lease to its end.
    let ran: Times?
    let retried: Int

    init(_ jobs: [JobSummary], isCut: Bool) {
        (self.jobs, self.isCut) = (jobs.count, isCut)
        states = Dictionary(jobs.map { ($0.state.rawValue, 1) }, uniquingKeysWith: +)
        let unwell = jobs.filter { $0.state.isTerminal && $0.state != .succeeded }
        reasons = Dictionary(unwell.map { ($0.reason ?? $0.state.rawValue, 1) }, uniquingKeysWith: +)
        waited = Times(
            jobs.compactMap { job in
                guard let ready = job.readyAt, let start = job.startedAt else { return nil }
                return max(0, start.milliseconds - ready.milliseconds)
            })
        ran = Times(
            jobs.compactMap { job in
                guard let start = job.startedAt, let end = job.finishedAt else { return nil }
                return max(0, end.milliseconds - start.milliseconds)
            })
        retried = jobs.count { $0.attempts > 1 }
    }

    var lines: [String] {
        func sorted(_ counts: [String: Int]) -> String {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.value) \(TextTable.oneLine($0.key, width: 40))" }.joined(separator: ", ")
        }
        func words(_ times: Times?) -> String {
            func text(_ milliseconds: Int64) -> String { Duration.milliseconds(milliseconds).shortText }
            guard let times else { return "-" }
            return
                "half within \(text(times.p50Ms)), 95 % within \(text(times.p95Ms)), all within \(text(times.mostMs))"
        }
        return [
            "jobs     \(jobs)\(isCut ? " (and older ones)" : "")", "states   \(states.isEmpty ? "-" : sorted(states))",
            "reasons  \(reasons.isEmpty ? "-" : sorted(reasons))", "waited   \(words(waited))",
            "ran      \(words(ran))",
            "retried  \(retried)",
        ]
    }
}
