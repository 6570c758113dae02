/// A piece of an expression, and where it begins, in Unicode scalars.
struct Token {
    enum Kind: Hashable {
        case name(String)
        /// One of ``Lexer/keywords``.
        case keyword(String)
        /// Without a sign, so it may be one too large for 64 bits with one.
        case integer(UInt64)
        case float(Double)
        case string([Unicode.Scalar])
        case symbol(String)
        case end
    }

    let kind: Kind
    let offset: Int

    /// What a message calls it.
    var text: String {
        switch kind {
        case .name(let word), .keyword(let word), .symbol(let word): "'\(word)'"
        case .integer, .float: "a number"
        case .string: "a string"
        case .end: "the end"
        }
    }
}
