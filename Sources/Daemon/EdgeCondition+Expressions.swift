import Conditions
import Model
import SQLiteStore
import Scheduler

extension EdgeCondition {
    /// Conditions as `Docs/Conditions.md` has them.
    static let expressions = EdgeCondition { source, names in
        try Condition(source, names: Intake.edgeNames).isTrue(
            of: [
                "result": names.result, "state": .string(names.state.rawValue),
                "exit_code": names.exitCode.map { .integer(Int64($0)) } ?? .null,
            ])
    }
}
