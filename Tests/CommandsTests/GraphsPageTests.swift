import Documents
import Foundation
import Model
import Testing

/// What is written of graphs, beside what the reader does.
@Suite struct GraphsPageTests {
    private func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Docs/Graphs.md"), encoding: .utf8)
    }

    /// The first cells of the table beneath a heading.
    private func keys(of heading: String) throws -> [String] {
        let section = try #require(try page().components(separatedBy: "\n## ").first { $0.hasPrefix("\(heading)\n") })
        return section.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            return line.dropFirst(3).prefix { $0 != "`" }.description
        }
    }

    @Test("the page has a row for each key of a graph and of a node, and for each outcome")
    func keys() throws {
        #expect(try keys(of: "Keys") == GraphDocument.Key.allCases.map(\.rawValue))
        let node = try keys(of: "Keys of a node")
        #expect(node.prefix(3) == GraphDocument.NodeKey.allCases.map(\.rawValue)[...])
        #expect(Set(node.dropFirst(3)) == Set(Need.Outcome.words.keys).union(["{when: CONDITION}"]))
    }

    @Test("the page's examples are documents")
    func examples() throws {
        let parts = try page().components(separatedBy: "```").filter { $0.hasPrefix("yaml\n") }
        #expect(parts.count == 2)
        for part in parts {
            _ = try SubmissionDocument(
                reading: Array(part.dropFirst(5).utf8), name: "example", checkCondition: { _, _ in nil })
        }
    }
}
