/// Where a job stands among the others that wait: not part of what it is, so it may be changed while it waits.
package struct Placement: Sendable, Hashable, Codable {
    /// Whose work it is: queues of different projects take turns.
    package var project: String
    package var queue: String
    /// Higher goes first within its queue: -100 to 100.
    package var priority: Int
    /// At most so many jobs with the same key run at once.
    package var concurrency: Concurrency?

    package struct Concurrency: Sendable, Hashable, Codable {
        /// Any text of 1 to 200 bytes; the same in all projects.
        package var key: String
        /// 1 to 100,000.
        package var limit: Int
        package init(key: String, limit: Int) { (self.key, self.limit) = (key, limit) }
    }

    package static let priorities = -100...100
    package static let defaultName = "default"

    package init(
        project: String = defaultName, queue: String = defaultName, priority: Int = 0, concurrency: Concurrency? = nil
    ) {
        (self.project, self.queue, self.priority, self.concurrency) = (project, queue, priority, concurrency)
    }

    /// Everything that is wrong with it.
    package var mistakes: [ModelError] {
        var mistakes: [ModelError] = []
        for (field, name) in [("project", project), ("queue", queue)] where !Self.isName(name) {
            mistakes.append(.malformed(field: field, value: String(name.prefix(80)), expected: Self.nameForm))
        }
        if !Self.priorities.contains(priority) {
            mistakes.append(.outOfRange(field: "priority", value: "\(priority)", allowed: "-100 to 100"))
        }
        if let concurrency {
            if !(1...200).contains(concurrency.key.utf8.count) {
                let count = concurrency.key.utf8.count
                mistakes.append(
                    .outOfRange(field: "concurrency.key", value: "\(count) bytes", allowed: "1 to 200 bytes"))
            }
            if !(1...100_000).contains(concurrency.limit) {
                mistakes.append(
                    .outOfRange(field: "concurrency.limit", value: "\(concurrency.limit)", allowed: "1 to 100000"))
            }
        }
        return mistakes
    }

    package static let nameForm = "a lower case letter or digit, and up to 62 more or . _ -"

    /// Whether a text can name a project, a queue or a node: the form of image names.
    package static func isName(_ text: String) -> Bool { ImageName.isName(text) }
}
