import Daemon
import Foundation
import Testing

/// `Docs/Configuration.md` says what the settings are.
@Suite struct ConfigurationPageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/Configuration.md")

    @Test("the page has a row for each setting, in this order, and no other")
    func rows() throws {
        let wanted = DaemonConfiguration.documented.map {
            "| `\($0.key)` | `\($0.standard)` | \($0.allowed) | \($0.summary) |"
        }
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(rows == wanted, "\(wanted.joined(separator: "\n"))")
    }

    @Test("the page's example is a configuration")
    func example() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let yaml = try #require(text.components(separatedBy: "```").first { $0.hasPrefix("yaml\n") })
        let file = FileManager.default.temporaryDirectory.appending(
            path: "caisson-example-\(ProcessInfo.processInfo.processIdentifier).yaml")
        try Data(yaml.dropFirst(5).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // ignored: it lies in the folder for temporary files
        let sources = SettingSources(
            home: "/home", file: file.path, environment: [:], flags: [], known: DaemonConfiguration.keys)
        let configuration = try DaemonConfiguration(home: "/home", sources: sources)
        #expect(configuration.entries.contains { $0.origin != .standard })
    }
}
