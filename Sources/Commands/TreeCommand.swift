import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports

/// `caisson tree`: a graph and where each of its jobs is.
struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree", abstract: "Show a graph: where each job is, what it waits for, how long it took.",
        discussion:
            "Example: `caisson tree @latest`. Of more than \(TreeText.summedUp) jobs a sum is shown, unless --all is given."
    )

    /// Jobs that are read.
    static let mostJobs = Submission.mostNodes
    static let mostNeeds = Submission.mostNodes

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Flag(help: "Show every job, however many there are.") var all = false
    @Flag(help: "Show it again at every change until it has ended; into a pipe, one JSON object for each change.")
    var watch = false
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        guard watch else {
            return try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
        }
        try await home.daemon { daemon in
            try await TreeWatch(
                reference: job, reader: daemon, news: daemon, isAll: all, output: .standard, now: { Invocation.now }
            ).run()
        }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, now: WallTime, output: Output) async throws {
        let tree = try await Self.tree(job, reader: reader)
        guard form.form == .table else { return try output.json(TreeView(tree)) }
        for line in TreeText(tree: tree, now: now, most: all ? .max : TreeText.summedUp).lines { try output.line(line) }
        guard !tree.nodes.isEmpty else { return }
        let end = tree.top.finishedAt ?? now
        let elapsed = Duration.milliseconds(end.milliseconds - tree.top.createdAt.milliseconds)
        try output.line(ProgressText(counts: tree.counts, elapsed: elapsed).line)
    }

    /// The tree that begins at the job that `reference` names.
    static func tree(_ reference: String, reader: any JobReader) async throws -> JobTree {
        let top = try await reader.summary(reference)
        let jobs = try await reader.tree(top.root, limit: mostJobs)
        let needs = try await reader.needs(in: top.root, limit: mostNeeds)
        // An older generation is no longer in its tree.
        guard var tree = JobTree(jobs, needs: needs, from: top.id) ?? JobTree([top], needs: [], from: top.id) else {
            throw StoreError.notFound(reference)
        }
        tree.paused = try await JobWhy.pausedQueues(of: jobs, reader: reader)
        return tree
    }
}

/// A tree as `-o json` shows it.
struct TreeView: Encodable {
    let top: JobView
    let jobs: [JobView]
    let needs: [NeedView]
    /// By state, the top left out.
    let counts: [String: Int]

    init(_ tree: JobTree) {
        (top, jobs) = (JobView(tree.top), tree.nodes.map { JobView($0.job) })
        needs = tree.nodes.flatMap { tree.needs[$0.job.id] ?? [] }.map { NeedView($0) }
        counts = Dictionary(
            tree.counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
