import Model
import Ports

/// What a job of any kind has, in rows of a name and a value.
enum JobHead {
    static func rows(_ job: JobSummary, now: WallTime) -> [(name: String, value: String)] {
        func shown(_ text: String) -> String { TextTable.oneLine(text, width: TextTable.sentence) }
        let place = job.placement
        let key = place.concurrency.map { ", key \(shown($0.key)) (at most \($0.limit) at once)" } ?? ""
        let why = job.message.map { ": \(shown($0))" } ?? ""
        let rows: [(String, String?)] = [
            (job.kind.rawValue, "\(job.id)"),
            ("name", job.name.map(shown)),
            ("state", job.state.rawValue + why),
            ("why", job.state.isTerminal ? nil : wait(job, now)),
            ("hold", job.hold.map(words)),
            ("cancel", job.cancelRequest.map(words)),
            ("attention", job.attention.map(words)),
            ("question", job.question.map(shown)),
            ("each", job.each.map { "\($0.node)\($0.list.map { ": \(shown($0))" } ?? ""), at most \($0.limit)" }),
            ("queue", "\(place.project)/\(place.queue), priority \(place.priority)\(key)"),
            ("root", job.root == job.id ? nil : "\(job.root)"),
            ("made from", job.lineage.map { "\($0.of) (\($0.kind.rawValue)), generation \(job.generation)" }),
            ("created", job.createdAt.rfc3339),
            ("not before", job.notBefore.map(\.rfc3339)),
            ("ready", job.readyAt.map(\.rfc3339)),
            ("started", job.startedAt.map(\.rfc3339)),
            ("finished", job.finishedAt.map(\.rfc3339)),
        ]
        return rows.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func wait(_ job: JobSummary, _ now: WallTime) -> String? {
        let why = JobWhy.text(job, now: now)
        return why.isEmpty ? nil : "\(TextTable.oneLine(why, width: 200)) (see caisson explain)"
    }

    private static func words(_ flag: JobSummary.Flag) -> String {
        let reason = flag.reason.isEmpty ? "" : ": \(TextTable.oneLine(flag.reason, width: 400))"
        return "\(TextTable.oneLine(flag.actor, width: 80)), \(flag.at.rfc3339)\(reason)"
    }
}
