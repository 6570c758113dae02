import ControlWire
import CurlHTTP
import Foundation
package import Model

/// Why the daemon did not do what it was asked for, or could not be asked.
package enum ControlError: UserFacingError, Hashable {
    /// Why nobody answers at the socket.
    package enum Absence: Sendable, Hashable {
        /// There is no socket: no daemon runs, or it has another one.
        case noSocket
        /// A socket is there, and nobody listens: the daemon was killed.
        case stale
        /// The socket is another user's.
        case notAllowed
        /// It listens and did not take the connection, or gave it up before it answered.
        case silent(String)
    }

    /// The daemon's own words; `code` is its name for it, which this release may not know.
    case refused(code: String, message: String, remedy: String?, id: String)
    case unreachable(path: String, Absence)
    case pathUnusable(path: String)
    /// The job had not ended when the time was over; it goes on.
    case waitTimedOut(job: String, state: String, limit: Duration)
    /// What was handed in could not be read.
    case sourceFailed(code: ErrorCode, message: String, remedy: String?)
    /// Something answers that is no daemon of ours.
    case protocolViolation(detail: String)
    case fault(message: String)

    package var code: ErrorCode {
        switch self {
        // A newer daemon's code that we do not know stands in the message.
        case .refused(let code, _, _, _): ErrorCode(rawValue: code) ?? .daemonProtocol
        case .unreachable: .daemonUnreachable
        case .pathUnusable: .invalidInput
        case .waitTimedOut: .waitTimedOut
        case .sourceFailed(let code, _, _): code
        case .protocolViolation: .daemonProtocol
        case .fault: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .refused(let code, let message, _, _):
            ErrorCode(rawValue: code) == nil ? "The daemon refused with \(code): \(message)" : message
        case .unreachable(let path, .noSocket): "No daemon listens at \(path): there is no such socket."
        case .unreachable(let path, .stale): "No daemon listens at \(path): its socket is there, but it has gone."
        case .unreachable(let path, .notAllowed): "The daemon at \(path) is another user's."
        case .unreachable(let path, .silent(let reason)): "The daemon at \(path) does not answer: \(reason)"
        case .pathUnusable(let path):
            "The control socket's path \(path) has \(path.utf8.count) bytes, but 1 to 107 are possible."
        case .waitTimedOut(let job, let state, let limit): "Job \(job) is still \(state) after \(limit.shortText)."
        case .sourceFailed(_, let message, _): message
        case .protocolViolation(let detail): "What answers at the control socket is no daemon of ours: \(detail)."
        case .fault(let message): message
        }
    }

    package var remedy: String? {
        switch self {
        case .refused(_, _, let remedy, _): remedy
        case .unreachable(_, .noSocket), .unreachable(_, .stale): "Start it with `caisson serve`."
        case .unreachable(_, .notAllowed): "Ask as that user, or give another data folder with --home."
        case .unreachable(_, .silent): "Look at its log and at the load of the machine, then try again."
        case .pathUnusable: "Give a shorter one with --socket or CAISSON_SOCKET."
        case .waitTimedOut: "Wait again, for longer: the job goes on."
        case .sourceFailed(_, _, let remedy): remedy
        case .protocolViolation: "Check that client and daemon are of one release, and that --socket names its socket."
        case .fault: "Report this with what was printed."
        }
    }

    /// The request's id in the daemon's log, if the daemon answered.
    package var requestID: String? {
        guard case .refused(_, _, _, let id) = self else { return nil }
        return id
    }
}

extension ControlError {
    /// An answer of status 400 or more.
    init(status: Int, body: [UInt8]) {
        do {
            let error = try JSONDecoder().decode(ErrorBody.self, from: Data(body)).error
            self = .refused(code: error.code.text, message: error.message, remedy: error.remedy, id: error.id)
        } catch {
            self = .protocolViolation(detail: "status \(status) without a reason")
        }
    }

    init(_ error: HTTPClientError, socketPath path: String) {
        switch error {
        case .connectFailed: self = .unreachable(path: path, Self.absence(at: path))
        // It answered before it had everything, and gave its reason.
        case .uploadCutShort(let status, let body) where status >= 400: self.init(status: status, body: body)
        case .timedOut, .connectionClosed: self = .unreachable(path: path, .silent(error.message))
        case .bodyLength: self = .sourceFailed(code: error.code, message: error.message, remedy: error.remedy)
        case .protocolViolation, .bodyTooLarge, .upgradeRefused, .uploadCutShort:
            self = .protocolViolation(detail: String(error.message.dropLast()))
        case .nameNotResolved, .tlsFailed, .readerTooSlow, .shutDown, .invalidRequest, .internalFault:
            self = .fault(message: error.message)
        }
    }

    private static func absence(at path: String) -> Absence {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return .noSocket }
        return files.isWritableFile(atPath: path) ? .stale : .notAllowed
    }
}
