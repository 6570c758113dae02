package import Model

/// Why there is no daemon to talk to.
package enum LaunchError: UserFacingError, Hashable {
    /// None is there, and the environment forbids to start one.
    case forbidden(socket: String)
    case notStarted(reason: String)
    /// It ended before it listened, without a word.
    case died(home: String)
    case silent(home: String, limit: Duration)

    package var code: ErrorCode { .daemonUnreachable }

    package var message: String {
        switch self {
        case .forbidden(let socket): "No daemon listens at \(socket), and CAISSON_AUTOSTART=0 forbids to start one."
        case .notStarted(let reason): "No daemon could be started: \(reason)."
        case .died: "The daemon that was started ended before it listened."
        case .silent(_, let limit): "The daemon that was started does not listen after \(limit.shortText)."
        }
    }

    package var remedy: String? {
        switch self {
        case .forbidden: "Start one with `caisson serve`, or unset CAISSON_AUTOSTART."
        case .notStarted: "Start one with `caisson serve`, which tells more."
        case .died(let home), .silent(let home, _): "See \(home)/daemon.stderr and \(home)/daemon.log."
        }
    }
}

/// What a daemon has said of its own failed start, in its words.
package struct RelayedError: UserFacingError, Hashable {
    package let code: ErrorCode
    package let message: String
    package let remedy: String?

    package init(code: ErrorCode, message: String, remedy: String?) {
        (self.code, self.message, self.remedy) = (code, message, remedy)
    }
}

/// The same, if there was more than one thing.
package struct RelayedMistakes: Error, Sendable {
    package let mistakes: [RelayedError]

    package init(mistakes: [RelayedError]) { self.mistakes = mistakes }
}

/// An error as `caisson -o json` tells it.
struct RelayedDocument: Decodable {
    struct Body: Decodable {
        let code, message: String
        let hint: String?
        let mistakes: [Body]?

        var relayed: RelayedError {
            RelayedError(code: ErrorCode(rawValue: code) ?? .internalFault, message: message, remedy: hint)
        }
    }
    let error: Body
}
