import Documents
import Foundation
import Hardening
import Model
import Testing

/// What is written of job documents, beside what the reader does.
@Suite struct JobsPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func page() throws -> String {
        try String(contentsOf: Self.root.appending(path: "Docs/Jobs.md"), encoding: .utf8)
    }

    /// The first cells of the table beneath a heading.
    private func keys(of heading: String) throws -> [String] {
        let section = try #require(try page().components(separatedBy: "\n## ").first { $0.hasPrefix(heading) })
        return section.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            return line.dropFirst(3).prefix { $0 != "`" }.description
        }
    }

    @Test("the page has a row for each limit, with its range, default and meaning, in this order")
    func limits() throws {
        let limits = try ProfileSet.builtIn.profile(named: "shell").limits
        let rows = LimitField.allCases.map { field in
            "| `\(field.rawValue)` | \(field.allowed) | \(field.text(in: limits)) | \(field.summary) |"
        }
        let page = try page()
        #expect(page.contains(rows.joined(separator: "\n")), "\(rows.joined(separator: "\n"))")
        #expect(try keys(of: "Limits") == LimitField.allCases.map(\.rawValue))
    }

    @Test("the page has a row for each key and each code of a document")
    func keys() throws {
        #expect(try keys(of: "Keys") == JobDocument.Key.allCases.map(\.rawValue))
        let codes = ErrorCode.allCases.map(\.rawValue).filter { $0.hasPrefix("document_") }
        #expect(try keys(of: "How documents are read").sorted() == codes.sorted())
    }

    @Test("the page's example is a document")
    func example() throws {
        let parts = try page().components(separatedBy: "```")
        let yaml = try #require(parts.first { $0.hasPrefix("yaml\n") })
        let job = try JobDocument(reading: Array(yaml.dropFirst(5).utf8), name: "example")
        #expect(job.image == "python")
    }
}
