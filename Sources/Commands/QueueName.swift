import ArgumentParser
import Model
import Planner

/// A queue as it is typed: `QUEUE` of the project `default`, or `PROJECT/QUEUE`.
struct QueueName: ExpressibleByArgument {
    let id: QueueID

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy(Placement.isName), let queue = parts.last else {
            return nil
        }
        id = QueueID(project: parts.count == 2 ? parts[0] : Placement.defaultName, queue: queue)
    }

    static func text(_ id: QueueID) -> String {
        id.project == Placement.defaultName ? id.queue : "\(id.project)/\(id.queue)"
    }
}
