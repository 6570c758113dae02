import Foundation
import Model
import Testing

/// `Docs/StateMachine.md` has the moves that the code has, and no other.
@Suite struct StateMachinePageTests {
    /// The moves in the table beneath a heading, by the words in its first row and its first column.
    private static func moves(beneath heading: String) throws -> Set<[String]> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/StateMachine.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("\(heading)\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("|--") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
                cell.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        let head = try #require(rows.first)
        var moves: Set<[String]> = []
        for row in rows.dropFirst() {
            #expect(row.count == head.count, "\(row)")
            for (target, cell) in zip(head, row).dropFirst() where cell != "–" { moves.insert([row[0], target]) }
        }
        #expect(rows.dropFirst().map { $0[0] } == Array(head.dropFirst()), "every state has a row and a column")
        return moves
    }

    private static func moves<State: RawRepresentable<String> & CaseIterable>(
        of _: State.Type, _ allows: (State, State) -> Bool
    ) -> Set<[String]> {
        var moves: Set<[String]> = []
        for state in State.allCases {
            for next in State.allCases where allows(state, next) { moves.insert([state.rawValue, next.rawValue]) }
        }
        return moves
    }

    @Test("the page's table of jobs has every move of the code")
    func jobs() throws {
        let written = try Self.moves(beneath: "Jobs")
        #expect(written == Self.moves(of: JobState.self) { $0.allows($1) })
        #expect(written.count > 10)
    }

    @Test("the page's table of attempts has every move of the code")
    func attempts() throws {
        let written = try Self.moves(beneath: "Attempts")
        #expect(written == Self.moves(of: AttemptState.self) { $0.allows($1) })
        #expect(written.count > 5)
    }
}
