package import Model

/// Why a profile cannot be used.
package enum HardeningError: UserFacingError, Hashable {
    case unknownProfile(String, known: [String])
    /// A profile file does not say what it must; `detail` begins with the place as a JSON pointer, if there is one.
    case brokenProfile(file: String, detail: String)
    /// A folder of profiles, or a file in it, cannot be read.
    case unreadable(path: String, reason: String)
    /// A filter could not be built from a list.
    case filterNotBuilt(detail: String)

    package var code: ErrorCode {
        switch self {
        case .unknownProfile, .brokenProfile: .invalidInput
        case .unreadable: .inputUnreadable
        case .filterNotBuilt: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .unknownProfile(let name, _): "There is no profile \"\(name)\"."
        case .brokenProfile(let file, let detail): "The profile file \(file) cannot be used: \(detail)."
        case .unreadable(let path, let reason): "The profiles cannot be read: \(path) \(reason)."
        case .filterNotBuilt(let detail): "The system-call filter cannot be built: \(detail)."
        }
    }

    package var remedy: String? {
        switch self {
        case .unknownProfile(_, let known):
            known.isEmpty ? "Put NAME.json into the folder." : "Use one of: \(known.joined(separator: ", "))."
        case .brokenProfile: "Mend the file: Docs/Profiles.md says what a profile holds."
        case .unreadable: "Give a folder that holds NAME.json, NAME.outer.json and NAME.inner.json."
        case .filterNotBuilt: "Check that this machine is of the architecture that the profile names."
        }
    }
}
