package import Model

/// A value that an expression works with, and what it gives in the end.
///
/// Text is an array of Unicode scalars, since that is what Python counts, compares and cuts; Swift's `String` would take
/// canonically equivalent texts for equal.
package enum ConditionValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int64)
    /// Never NaN, but perhaps infinite.
    case float(Double)
    case string([Unicode.Scalar])
    case list([ConditionValue])
    case tuple([ConditionValue])
    case dict(Members)

    /// What a dict holds; its names are strings, always.
    package enum Members: Sendable {
        /// As it was given; looked through only where it is asked for. Its order is that of the names.
        case given([String: JSONValue])
        /// As the expression wrote it, in that order, each name once.
        case made([(key: [Unicode.Scalar], value: ConditionValue)])

        var count: Int {
            switch self {
            case .given(let members): members.count
            case .made(let members): members.count
            }
        }
    }

    /// Python's `bool(…)`.
    package var isTrue: Bool {
        switch self {
        case .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let elements), .tuple(let elements): !elements.isEmpty
        case .dict(let members): members.count > 0
        }
    }

    /// Python's name of its type.
    package var type: String {
        switch self {
        case .none: "None"
        case .bool: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        }
    }

    /// The value as JSON has it, tuples as arrays; an infinite number is one that JSON cannot write.
    package var json: JSONValue {
        switch self {
        case .none: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .float(let value): .number(value)
        case .string(let text): .string(String(text))
        case .list(let elements), .tuple(let elements): .array(elements.map(\.json))
        case .dict(.given(let members)): .object(members)
        case .dict(.made(let members)):
            .object(Dictionary(members.map { (String($0.key), $0.value.json) }, uniquingKeysWith: { _, last in last }))
        }
    }
}

extension ConditionValue: CustomStringConvertible {
    /// Python's `repr(…)`.
    package var description: String {
        var writer = ValueWriter(budget: Budget())
        do throws(Fault) {
            try writer.write(self)
        } catch {
            return "a \(type) that is too large to be printed"
        }
        return String(writer.text)
    }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
