import Model
import Ports

/// A graph in the languages of programs that draw.
struct GraphText {
    let tree: JobTree

    private var jobs: [JobSummary] { tree.nodes.map(\.job) }

    private func label(_ job: JobSummary) -> String {
        "\(TextTable.oneLine(job.name ?? "\(job.id)", width: 40)) (\(job.state.rawValue))"
    }

    private func on(_ need: NeedRecord) -> String? {
        switch need.on {
        case .ok: nil
        case .fail: "fail"
        case .any: "any"
        case .skipped: "skipped"
        case .when(let condition): TextTable.oneLine(condition, width: 60)
        }
    }

    private var needs: [NeedRecord] { jobs.flatMap { tree.needs[$0.id] ?? [] } }
    /// Children of fan-outs and of jobs, with their parents.
    private var children: [(parent: JobID, child: JobID)] {
        jobs.compactMap { job in job.parent.flatMap { $0 == tree.top.id ? nil : ($0, job.id) } }
    }

    /// Source: the DOT language of Graphviz.
    var dot: [String] {
        func quoted(_ text: String) -> String {
            "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
        }
        let title = TextTable.oneLine(tree.top.name ?? "\(tree.top.id)", width: 200)
        return ["digraph \(quoted(title)) {", "  rankdir=LR; node [shape=box];"]
            + jobs.map { job in
                let shape = job.kind == .approval ? ", shape=diamond" : job.kind == .map ? ", shape=box3d" : ""
                return "  \(quoted("\(job.id)")) [label=\(quoted(label(job)))\(shape)];"
            }
            + needs.map { need in
                let label = on(need).map { " [label=\(quoted($0))]" } ?? ""
                return "  \(quoted("\(need.parent)")) -> \(quoted("\(need.child)"))\(label);"
            }
            + children.map { "  \(quoted("\($0.parent)")) -> \(quoted("\($0.child)")) [style=dotted];" } + ["}"]
    }

    /// Source: the flowchart syntax of Mermaid; ids begin with a letter there.
    var mermaid: [String] {
        func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "#quot;") + "\"" }
        return ["flowchart LR"]
            + jobs.map { job in
                let (open, close) = job.kind == .approval ? ("{", "}") : job.kind == .map ? ("[[", "]]") : ("[", "]")
                return "  j\(job.id)\(open)\(quoted(label(job)))\(close)"
            }
            + needs.map { need in
                let label = on(need).map { "|\(quoted($0))|" } ?? ""
                return "  j\(need.parent) -->\(label) j\(need.child)"
            }
            + children.map { "  j\($0.parent) -.-> j\($0.child)" }
    }
}
