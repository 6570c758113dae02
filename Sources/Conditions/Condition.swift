package import Model

/// An expression that was read and checked, ready to be evaluated any number of times.
///
/// What it may name is fixed when it is read, so that a slip of the pen is found before anything runs. Evaluating it reads
/// the values given and nothing else, gives the same result for the same values, and always ends.
///
/// - Source: `Docs/Conditions.md`; the meaning is that of CPython 3.11.
package struct Condition: Sendable, Hashable, CustomStringConvertible {
    /// Characters (Unicode scalars) of an expression.
    package static let maxLength = 4096
    /// How deep expressions may stand in each other; each operator of a chain such as `a + b + c` counts, too.
    package static let maxDepth = 64
    /// Steps of one evaluation: one for each part that is evaluated, each element that is looked at or made, and each
    /// ``charactersPerStep`` characters.
    package static let maxSteps = 100_000
    package static let charactersPerStep = 16
    /// Elements or characters of any list or string that an expression makes; given ones and their parts may be longer.
    package static let maxSize = 65_536
    /// How deep values may be nested that are compared, printed or looked through.
    package static let maxValueDepth = 100

    /// The expression as it was written.
    package let source: String
    /// Those of the names on offer that the expression uses.
    package let names: Set<String>
    private let root: Node

    package var description: String { source }

    /// Reads an expression in which `names` stand for values.
    ///
    /// - Throws: ``ConditionError``, the first thing that is wrong, with its place.
    package init(_ source: String, names: some Collection<String>) throws(ConditionError) {
        self.source = source
        do throws(Fault) {
            var parser = Parser(tokens: try Lexer.tokens(of: source), names: Array(names))
            (root, self.names) = (try parser.wholeExpression(), parser.used)
        } catch {
            throw ConditionError(error, in: source)
        }
    }

    /// The value of the expression.
    ///
    /// - Parameter given: the values of the names; those of other names are not looked at.
    /// - Throws: ``ConditionError`` if it has none.
    package func value(of given: [String: JSONValue]) throws(ConditionError) -> ConditionValue {
        var evaluator = Evaluator(given: given)
        do throws(Fault) {
            return try evaluator.value(of: root)
        } catch {
            throw ConditionError(error, in: source)
        }
    }

    /// Whether the value counts as true in Python: anything but `False`, `None`, zero and what is empty.
    ///
    /// - Throws: ``ConditionError`` if the expression has no value.
    package func isTrue(of given: [String: JSONValue]) throws(ConditionError) -> Bool { try value(of: given).isTrue }

    package static func == (left: Condition, right: Condition) -> Bool { left.source == right.source }

    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
