import ArgumentParser
import Foundation
import Testing

@testable import Commands

/// The whole of what `--help` prints, of the program and of each verb, stands in `Help.txt`.
@Suite struct HelpTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Help.txt")

    private static func help(of command: any ParsableCommand.Type, path: String) -> String {
        let text = Caisson.helpMessage(for: command, columns: 100)
        return command.configuration.subcommands.reduce("$ \(path) --help\n\(text)\n\n") { text, verb in
            text + help(of: verb, path: "\(path) \(verb.configuration.commandName ?? "?")")
        }
    }

    @Test("help is as it was last agreed on; CAISSON_UPDATE_SNAPSHOTS=1 agrees on what it is now")
    func snapshot() throws {
        let now = Self.help(of: Caisson.self, path: "caisson")
        if ProcessInfo.processInfo.environment["CAISSON_UPDATE_SNAPSHOTS"] == "1" {
            try Data(now.utf8).write(to: Self.file)
        }
        let agreed = try String(contentsOf: Self.file, encoding: .utf8)
        let (new, old) = (now.split(separator: "\n"), agreed.split(separator: "\n"))
        let changed = new.difference(from: old).map { "\($0)" }
        #expect(now == agreed, "\(changed.joined(separator: "\n"))")
    }

    @Test("every verb says what it is for")
    func complete() {
        for verb in Caisson.configuration.subcommands {
            #expect(verb.configuration.abstract.hasSuffix("."), "\(verb)")
        }
    }
}
