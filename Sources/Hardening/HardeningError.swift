package import Model

/// Why a profile cannot be used.
package enum HardeningError: UserFacingError, Hashable {
    case unknownProfile(String, known: [String])
    /// A profile file of ours does not say what it must; `detail` names the place.
    case brokenProfile(file: String, detail: String)
    /// A filter could not be built from a list.
    case filterNotBuilt(detail: String)

    package var code: ErrorCode {
        switch self {
        case .unknownProfile: .invalidInput
        case .brokenProfile, .filterNotBuilt: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .unknownProfile(let name, _): "There is no profile \"\(name)\"."
        case .brokenProfile(let file, let detail): "The profile file \(file) cannot be used: \(detail)."
        case .filterNotBuilt(let detail): "The system-call filter cannot be built: \(detail)."
        }
    }

    package var remedy: String? {
        switch self {
        case .unknownProfile(_, let known): "Use one of: \(known.joined(separator: ", "))."
        case .brokenProfile: nil
        case .filterNotBuilt: "Check that this machine is of the architecture that the profile names."
        }
    }
}
