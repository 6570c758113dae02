import Model
import Planner
import Ports

/// A root, or any job, with everything under it.
struct JobTree {
    let top: JobSummary
    /// The jobs beneath ``top``, each with its depth, in the order in which they are drawn.
    let nodes: [Node]
    /// Needs by the job that has them.
    let needs: [JobID: [NeedRecord]]
    /// The queues of which nothing begins.
    var paused: Set<QueueID> = []

    struct Node {
        let job: JobSummary
        /// For each level above it, from the top on, whether more comes there; the last one is its own.
        let isLast: [Bool]
    }

    /// - Parameters:
    ///   - jobs: all that stand under the same root, in the order of acceptance.
    ///   - id: the job that the tree begins at.
    init?(_ jobs: [JobSummary], needs: [NeedRecord], from id: JobID) {
        guard let top = jobs.first(where: { $0.id == id }) else { return nil }
        self.top = top
        self.needs = Dictionary(grouping: needs, by: \.child)
        let children = Dictionary(grouping: jobs.filter { $0.parent != nil && $0.id != id }) { $0.parent ?? id }
        var nodes: [Node] = []
        // Not by recursion: who knows how deep jobs add jobs.
        var open: [(job: JobSummary, isLast: [Bool])] = []
        func push(_ parent: JobID, _ above: [Bool]) {
            let own = children[parent] ?? []
            for (index, child) in own.enumerated().reversed() { open.append((child, above + [index == own.count - 1])) }
        }
        push(id, [])
        while let (job, isLast) = open.popLast() {
            nodes.append(Node(job: job, isLast: isLast))
            push(job.id, isLast)
        }
        self.nodes = nodes
    }

    /// How many jobs beneath the top are in which state.
    var counts: [JobState: Int] { nodes.reduce(into: [:]) { $0[$1.job.state, default: 0] += 1 } }
}
