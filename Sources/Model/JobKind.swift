/// What one row of the queue stands for.
package enum JobKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A command in a sandbox.
    case job
    /// The root of a graph or list: has no sandbox, ends when all of its nodes have ended.
    case graph
    /// Waits for a person, who says yes or no.
    case approval
    /// Becomes one job for each member of a list that another job gives; ends when all of them have ended.
    case map
}
