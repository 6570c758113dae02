import Model
import Testing

@testable import Conditions

/// Conditions mean what CPython says that they mean.
@Suite(.enabled(if: Reference.isWanted, Reference.comment)) struct PythonComparisonTests {
    /// What ours says of an expression that it could read.
    private static func answer(_ condition: Condition, _ given: [String: JSONValue]) -> Reference.Answer {
        do throws(ConditionError) {
            return Reference.Answer(value: try condition.value(of: given).description)
        } catch {
            return Reference.Answer(error: error.kind.rawValue)
        }
    }

    private static func compare(
        _ cases: [(condition: Condition, given: [String: JSONValue])], seed: UInt64
    ) async throws -> (values: Int, errors: [String: Int]) {
        let theirs = try await Reference.answers(to: cases.map { .init(source: $0.condition.source, given: $0.given) })
        try #require(theirs.count == cases.count)
        var (values, errors): (Int, [String: Int]) = (0, [:])
        for (one, their) in zip(cases, theirs) {
            let our = answer(one.condition, one.given)
            if let error = our.error { errors[error, default: 0] += 1 } else { values += 1 }
            // What we refuse to do, and methods that are only mentioned, are no part of the language.
            if our.error == "unsupported" || their.value?.contains("<built-in method") == true { continue }
            #expect(our == their, "seed \(seed): \(one.condition) with \(one.given)")
        }
        return (values, errors)
    }

    @Test("an expression has the value, or the kind of error, that it has in Python", arguments: [UInt64](1...2))
    func values(seed: UInt64) async throws {
        var source = ExpressionSource(seed: seed)
        var cases: [(Condition, [String: JSONValue])] = []
        for _ in 0..<1500 {
            let given = source.given()
            cases.append((try Condition(source.expression(), names: ExpressionSource.names), given))
        }
        let (values, errors) = try await Self.compare(cases, seed: seed)
        #expect(values > 600, "seed \(seed): too few of the expressions have a value")
        let kinds: [ConditionError.Kind] = [
            .keyMissing, .indexOutOfRange, .typeMismatch, .divisionByZero, .overflow, .badValue,
        ]
        for kind in kinds {
            #expect(errors[kind.rawValue, default: 0] > 0, "seed \(seed): no expression ends with \(kind)")
        }
    }

    @Test("what is read at all is Python, however broken it looks", arguments: [UInt64](11...11))
    func subset(seed: UInt64) async throws {
        var source = ExpressionSource(seed: seed)
        var cases: [(Condition, [String: JSONValue])] = []
        for _ in 0..<2500 {
            let (text, given) = (source.mutated(source.expression()), source.given())
            do throws(ConditionError) {
                cases.append((try Condition(text, names: ExpressionSource.names), given))
            } catch {
                continue  // refused: what follows is not asked
            }
        }
        #expect(cases.count > 300, "seed \(seed): nearly all was refused")
        _ = try await Self.compare(cases, seed: seed)
    }
}
