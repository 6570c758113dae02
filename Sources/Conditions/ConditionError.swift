package import Model

/// Why an expression cannot be read, or has no value.
package struct ConditionError: UserFacingError, Hashable {
    /// What went wrong, for programs.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        // Found when it is read.
        case syntax
        /// It is Python, and no part of the language here.
        case unsupported
        case unknownName = "unknown_name"

        // Found when it is evaluated, and some of them when it is read.
        case keyMissing = "key_missing"
        case indexOutOfRange = "index_out_of_range"
        case typeMismatch = "type_mismatch"
        case divisionByZero = "division_by_zero"
        /// A whole number does not fit into 64 bits, or a power is beyond all floats.
        case overflow
        case badValue = "bad_value"
        /// The result would be NaN or complex.
        case notANumber = "not_a_number"
        case tooLarge = "too_large"
        case tooDeep = "too_deep"
        case budgetUsedUp = "budget_used_up"
    }

    package let kind: Kind
    /// The whole expression.
    package let source: String
    /// Where it is, in Unicode scalars from the beginning of the expression.
    package let offset: Int
    /// What is wrong, as the rest of a sentence, without its place.
    package let detail: String
    package let remedy: String?

    init(_ fault: Fault, in source: String) {
        (kind, detail, remedy) = (fault.kind, fault.detail, fault.remedy)
        (self.source, offset) = (source, fault.offset ?? 0)
    }

    package var code: ErrorCode { .invalidInput }

    package var message: String { "The condition is wrong at \(place): \(detail)." }

    /// Both from 1; the column counts Unicode scalars.
    package var position: (line: Int, column: Int) {
        let before = source.unicodeScalars.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
        return (before.count, (before.last?.count ?? 0) + 1)
    }

    /// The line of the expression, and beneath it a caret at the place.
    package var excerpt: String {
        let (line, column) = position
        let text = source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
        return String(text) + "\n" + String(repeating: " ", count: column - 1) + "^"
    }

    private var place: String {
        let (line, column) = position
        return line == 1 ? "column \(column)" : "line \(line), column \(column)"
    }
}

/// A ``ConditionError`` in the making: the innermost part of the expression that it passes adds its place.
struct Fault: Error {
    var kind: ConditionError.Kind
    var detail: String
    var remedy: String?
    /// In Unicode scalars.
    var offset: Int?

    init(_ kind: ConditionError.Kind, _ detail: String, remedy: String? = nil, at offset: Int? = nil) {
        (self.kind, self.detail, self.remedy, self.offset) = (kind, detail, remedy, offset)
    }
}
