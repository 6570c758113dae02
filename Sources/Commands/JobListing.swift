import ControlWire
import Model
import Planner
import Ports

/// Jobs as a list of any form.
struct JobListing {
    private let jobs: [JobSummary]
    private let now: WallTime
    private let paused: Set<QueueID>

    /// The widest name, image or command in a table.
    private static let width = 40

    /// - Parameter paused: the queues of which nothing begins.
    init(_ jobs: [JobSummary], now: WallTime, paused: Set<QueueID> = []) {
        (self.jobs, self.now, self.paused) = (jobs, now, paused)
    }

    /// - Parameter next: where the next page begins.
    func print(_ form: ListForm, next: Int64?, output: Output) throws {
        switch form {
        case .json: try output.json(jobs.map { JobView($0) })
        case .jsonl: for job in jobs { try output.line(Output.compactJSON(JobView(job))) }
        case .id: for job in jobs { try output.line("\(job.id)") }
        case .name: for job in jobs { try output.line(job.name ?? "\(job.id)") }
        case .table, .wide:
            for line in lines(isWide: form == .wide) { try output.line(line) }
        }
        if let next {
            output.error("caisson: \(jobs.count) job\(jobs.count == 1 ? "" : "s") shown; go on with --after \(next)")
        }
    }

    private func lines(isWide: Bool) -> [String] {
        var headings = ["ID", "KIND", "NAME", "STATE", "TRY", "AGE", "WHY"]
        if isWide { headings += ["PROJECT", "QUEUE", "PRIO", "ROOT", "CREATED", "TOOK", "COMMAND"] }
        var table = TextTable(headings)
        for job in jobs {
            var cells = [
                "\(job.id)", job.kind.rawValue, title(job), job.state.rawValue,
                job.kind == .job ? "\(job.attempts)" : "-", AgeText.text(from: job.createdAt, to: now),
                TextTable.oneLine(JobWhy.text(job, now: now, paused: paused), width: Self.width),
            ]
            if isWide {
                let took = job.finishedAt.map { AgeText.text(from: job.startedAt ?? job.createdAt, to: $0) }
                let command = job.command?.joined(separator: " ") ?? job.question ?? ""
                cells += [
                    job.placement.project, job.placement.queue, "\(job.placement.priority)", "\(job.root)",
                    job.createdAt.rfc3339, took ?? "-", TextTable.oneLine(command, width: 2 * Self.width),
                ]
            }
            table.add(cells)
        }
        return table.lines
    }

    /// What a job goes by: its name in its graph, else its image and command.
    private func title(_ job: JobSummary) -> String {
        let words = [job.imageName].compactMap(\.self) + (job.command ?? [])
        let text =
            job.name.flatMap { job.id == job.root && job.kind == .job ? nil : $0 } ?? words.joined(separator: " ")
        return text.isEmpty ? "-" : TextTable.oneLine(text, width: Self.width)
    }
}
