import ArgumentParser
import Daemon
import Hardening
import Model

/// `caisson profile diff`: what jobs under one profile may do that those under another may not, and the other way round.
struct ProfileDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Compare two profiles: what the second lets a job do that the first does not, and the other way round.",
        discussion: """
            Beside a system call, * says that it depends on the arguments, and + that it gets through on the other side, \
            too, but not with all of these arguments. Status 0, whether there is a difference or not.
            """)

    @Argument(help: "The profile to start from.") var first: String
    @Argument(help: "The profile to compare with it.") var second: String
    @OptionGroup var form: FormOption
    @OptionGroup var profiles: ProfilesOption

    func run() async throws { try run(set: profiles.set(), output: .standard) }

    /// The command without its surroundings.
    func run(set: ProfileSet, output: Output) throws {
        let diff = try ProfileDiff(try set.profile(named: first), try set.profile(named: second))
        let sides = [first, second].map { SideView(name: $0, digest: ProfileReport.digest(of: $0, in: set)) }
        guard form.form == .table else { return try output.json(View(diff, sides)) }
        for line in lines(diff, sides) { try output.line(line) }
    }

    private func lines(_ diff: ProfileDiff, _ sides: [SideView]) -> [String] {
        let head = sides.flatMap { TextRows.lines("profile", ["\($0.name) \($0.digest)"]) }
        guard !diff.isEmpty else { return head + ["no difference"] }
        let answers = diff.answers.map { "\($0.name) (\($0.first), then \($0.second))" }
        return head
            + Self.lines(diff.second, title: "What \(second) lets a job do and \(first) does not:")
            + Self.lines(diff.first, title: "What \(first) lets a job do and \(second) does not:")
            + (answers.isEmpty ? [] : ["", "What neither lets through, and a program is told in another way:"])
            + (answers.isEmpty ? [] : TextRows.lines("answers", answers))
    }

    private static func lines(_ gains: ProfileDiff.Gains, title: String) -> [String] {
        guard !gains.isEmpty else { return ["", title, "nothing"] }
        let limits = gains.limits.map { limit in
            "\(limit.field) \(limit.field.text(limit.amount)) (not \(limit.field.text(limit.other)))"
        }
        let paths = gains.paths.map { "\($0.path) (\($0.protection.words), not \($0.other.words))" }
        let calls = gains.calls.map { "\($0.name)\($0.isConditional ? "*" : "")\($0.isWider ? "+" : "")" }
        let programs = gains.executesWork ? ["those in /work may be executed"] : []
        let landlock = gains.mayLackLandlock ? ["may run on a kernel that has none"] : []
        let groups = [
            ("limits", limits), ("paths", paths), ("programs", programs), ("landlock", landlock), ("calls", calls),
        ]
        return ["", title]
            + groups.filter { !$1.isEmpty }
            .flatMap { TextRows.lines($0, $1) }
    }

    /// A difference as `-o json` shows it: amounts in bytes, milliseconds, thousandths of a core, or by number.
    struct View: Encodable {
        struct Gains: Encodable {
            struct Limit: Encodable {
                let name: String
                let amount, other: Int64
            }

            struct Path: Encodable {
                let path: String
                let protection, other: ProfileDiff.Protection
            }

            struct Call: Encodable {
                let number: Int
                let name: String
                let isConditional, isWider: Bool
            }

            let limits: [Limit]
            let paths: [Path]
            let calls: [Call]
            let mayLackLandlock: Bool
            let executesWork: Bool

            init(_ gains: ProfileDiff.Gains) {
                limits = gains.limits.map { Limit(name: "\($0.field)", amount: $0.amount, other: $0.other) }
                executesWork = gains.executesWork
                paths = gains.paths.map { Path(path: $0.path, protection: $0.protection, other: $0.other) }
                calls = gains.calls.map {
                    Call(number: $0.number, name: $0.name, isConditional: $0.isConditional, isWider: $0.isWider)
                }
                mayLackLandlock = gains.mayLackLandlock
            }
        }

        struct Answer: Encodable {
            let number: Int
            let name, first, second: String
        }

        let first, second: SideView
        let isEqual: Bool
        /// What the first lets a job do and the second does not.
        let onlyFirst: Gains
        let onlySecond: Gains
        /// What neither lets through.
        let answers: [Answer]

        init(_ diff: ProfileDiff, _ sides: [SideView]) {
            (first, second, isEqual) = (sides[0], sides[1], diff.isEmpty)
            (onlyFirst, onlySecond) = (Gains(diff.first), Gains(diff.second))
            answers = diff.answers.map {
                Answer(number: $0.number, name: $0.name, first: $0.first, second: $0.second)
            }
        }
    }

    struct SideView: Encodable { let name, digest: String }
}

extension ProfileDiff.Protection {
    fileprivate var words: String {
        switch self {
        case .none: "as the engine has it"
        case .readOnly: "read-only"
        case .masked: "hidden"
        }
    }
}
