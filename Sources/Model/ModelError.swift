/// Why a value could not be made from what was given.
package enum ModelError: UserFacingError, Hashable {
    /// A number or a length lies outside its range.
    case outOfRange(field: String, value: String, allowed: String)
    /// A text does not have the form its field asks for.
    case malformed(field: String, value: String, expected: String)
    /// A value has the right form, and still is not acted upon.
    case refused(field: String, value: String, reason: String, remedy: String)
    /// A state machine was asked for a move it does not have; its state is unchanged.
    case illegalMove(from: String, to: String)

    package var code: ErrorCode {
        switch self {
        case .outOfRange, .malformed, .refused: .invalidInput
        case .illegalMove: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .outOfRange(let field, let value, let allowed): "\(field) is \(value), but must be \(allowed)."
        case .malformed(let field, let value, let expected): "\(field) is \"\(value)\", which is not \(expected)."
        case .refused(let field, let value, let reason, _): "\(field) is \"\(value)\", which is refused: \(reason)."
        case .illegalMove(let from, let to): "A move from \(from) to \(to) does not exist."
        }
    }

    package var remedy: String? {
        switch self {
        case .outOfRange(let field, _, let allowed): "Choose \(field) so that it is \(allowed)."
        case .malformed(let field, _, let expected): "Write \(field) as \(expected)."
        case .refused(_, _, _, let remedy): remedy
        case .illegalMove: "Report this with what was printed, and with the output of `caisson doctor`."
        }
    }
}
