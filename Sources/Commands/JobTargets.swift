import ArgumentParser
import Foundation
import Model
import Ports

/// The jobs that a verb is to act on: ids, or a filter.
struct JobTargets: ParsableArguments {
    @Argument(help: "Jobs' ids, the beginnings of some, or @latest.") var jobs: [String] = []
    @Option(
        help: ArgumentHelp(
            "Instead of ids: KEY=VALUE,… as `caisson list --filter` takes it.", valueName: "filter"))
    var filter: String?
    @Flag(help: "Say which jobs are meant, and do nothing.") var dryRun = false
    @Flag(help: "Do not ask, however many jobs are meant.") var yes = false

    /// Without a question, so many may be meant.
    static let mostUnasked = 20
    /// At most so many at once.
    static let most = 10_000

    func validate() throws {
        if jobs.isEmpty, filter?.isEmpty != false { throw ValidationError("No job is named: give ids, or --filter.") }
        if !jobs.isEmpty, filter != nil { throw ValidationError("Give ids or --filter, not both.") }
    }

    /// What is meant, and what of it could not be found.
    struct Found {
        var jobs: [JobSummary]
        var problems: [any Error]
    }

    /// - Parameter isFitting: of a filter's jobs, those that the verb can do something for.
    func find(
        reader: any JobReader, now: WallTime, isFitting: (JobSummary) -> Bool
    ) async throws -> Found {
        var found = Found(jobs: [], problems: [])
        guard let filter else {
            for name in jobs {
                do {
                    let job = try await reader.summary(name)
                    if !found.jobs.contains(where: { $0.id == job.id }) { found.jobs.append(job) }
                } catch {
                    found.problems.append(error)
                }
            }
            return found
        }
        let options = try FilterOptions.parse(["--filter=\(filter)"])
        let meant = try await options.jobFilter(now: now, reader: reader)
        let page = try await reader.jobs(meant, limit: Self.most, before: nil)
        guard page.next == nil else { throw TooManyJobs(most: Self.most) }
        found.jobs = page.jobs.filter(isFitting)
        return found
    }

    /// Whether to go on with so many; asks on a terminal.
    ///
    /// - Parameter ask: puts a question to a person; `nil` if there is none.
    func mayGoOn(_ count: Int, verb: String, ask: ((String) -> Bool)?) throws -> Bool {
        guard count > Self.mostUnasked, !yes else { return true }
        guard let ask else { throw ManyJobs(count: count, verb: verb) }
        return ask("\(count) jobs are meant. \(verb) all of them? [y/N] ")
    }
}

/// More than a few jobs are meant, and nobody can be asked.
struct ManyJobs: UserFacingError {
    let count: Int
    let verb: String
    var code: ErrorCode { .invalidInput }
    var message: String { "\(count) jobs are meant, and nobody can be asked whether all of them are." }
    var remedy: String? { "Give --yes if they are; --dry-run shows them." }
}

/// More jobs than one call takes.
struct TooManyJobs: UserFacingError {
    let most: Int
    var code: ErrorCode { .invalidInput }
    var message: String { "The filter means more than \(most) jobs." }
    var remedy: String? { "Narrow it, as with queue=, root= or since=, and go on until nothing is left." }
}

/// Asks the person at the terminal.
enum Question {
    /// `nil` if nobody can be asked.
    static var ask: ((String) -> Bool)? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        return { question in
            FileHandle.standardError.write(Data(question.utf8))
            return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
        }
    }
}
