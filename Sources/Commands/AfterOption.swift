import ArgumentParser
import Model
import Ports

/// Which jobs have to end before what is handed in begins: `--after JOB[:OUTCOME]`.
struct AfterOption: ParsableArguments {
    @Option(
        name: .customLong("after"),
        help: ArgumentHelp(
            "Begin once this job has ended so: \(JobNeed.outcomes), ok if none is said; may be repeated.",
            valueName: "job[:outcome]"))
    var words: [String] = []

    func validate() throws {
        guard words.count <= Submission.mostAfter else {
            throw ValidationError(
                "--after is given \(words.count) times, but at most \(Submission.mostAfter) are taken.")
        }
        for word in words { _ = try Self.parts(word) }
    }

    private static func parts(_ word: String) throws -> (job: String, on: Need.Outcome) {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let job = parts.first, !job.isEmpty else {
            throw ValidationError("--after \(word) names no job, as in --after k3v9 or --after k3v9:any.")
        }
        guard parts.count > 1 else { return (job, .ok) }
        guard let outcome = Need.Outcome.words[parts[1]] else {
            let guess = Spelling.nearest(to: parts[1], among: Need.Outcome.words.keys).map { " Did you mean \($0)?" }
            throw ValidationError(
                "--after \(word) ends with \"\(parts[1])\", but must end with \(JobNeed.outcomes).\(guess ?? "")")
        }
        return (job, outcome)
    }

    /// The jobs that are meant, each by its whole id; `nil` if none was given.
    ///
    /// - Throws: ``StoreError`` of a job that does not exist.
    func needs(reader: any JobReader) async throws -> [JobNeed]? {
        var needs: [JobNeed] = []
        for word in words {
            let (job, on) = try Self.parts(word)
            needs.append(JobNeed(job: try await reader.summary(job).id, on: on))
        }
        return needs.isEmpty ? nil : needs
    }
}
