package import Model

/// Why a request, or the stream it was upgraded to, failed.
///
/// A cancelled task is none of these: it throws `CancellationError`. An answer of status 4xx or 5xx is no error either.
package enum HTTPClientError: UserFacingError, Hashable {
    /// What a timeout was counting.
    package enum Phase: String, Sendable, Hashable {
        /// Until the server had taken the connection, the TLS handshake included.
        case connect
        /// Since the last byte in either direction.
        case idle
        /// Since the call was made; for an upgrade, until the stream was open.
        case total
    }

    /// No connection came about; `reason` is the system's name for it.
    case connectFailed(address: String, reason: String)
    /// Nobody knows an address for the name of the host.
    case nameNotResolved(address: String)
    /// TLS did not come about, or the server ended it for a reason that it gave.
    case tlsFailed(TLSFailure, address: String)
    case timedOut(Phase, limit: Duration)
    /// The body was longer than the request allowed, so its rest was not read.
    case bodyTooLarge(capBytes: Int)
    /// The answer is not HTTP/1.1 as we can read it.
    case protocolViolation(detail: String)
    /// The server answered the upgrade with something else; `body` holds the first 64 KiB of what it said.
    case upgradeRefused(status: Int, body: [UInt8])
    /// The server answered before it had the whole streamed body, and then took no more of it; `body` holds what it said,
    /// within the request's cap.
    case uploadCutShort(status: Int, body: [UInt8])
    /// The source of a streamed body gave more or fewer bytes than were announced.
    case bodyLength(declared: Int, given: Int)
    /// The server closed the connection early, or the stream is written to after its end.
    case connectionClosed
    /// More than `boundBytes` waited unread, so the stream was closed rather than left to stall the server.
    case readerTooSlow(boundBytes: Int)
    /// The client was shut down first.
    case shutDown
    /// The request cannot be sent as it stands: our own mistake.
    case invalidRequest(detail: String)
    /// libcurl or the system refused what should always work; `detail` goes to the log and not into `message`.
    case internalFault(detail: String)

    package var code: ErrorCode {
        switch self {
        case .connectFailed, .nameNotResolved, .tlsFailed, .connectionClosed: .engineUnreachable
        case .timedOut: .engineTimeout
        case .bodyTooLarge, .protocolViolation, .upgradeRefused, .uploadCutShort: .engineProtocol
        case .bodyLength: .inputUnreadable
        case .readerTooSlow, .shutDown, .invalidRequest, .internalFault: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .connectFailed(let address, let reason): "Nothing could be reached at \(address): \(reason)."
        case .nameNotResolved(let address): "Nothing could be reached at \(address): the name is not known."
        case .tlsFailed(let failure, let address): "The server at \(address) cannot be used: \(failure.reason)."
        case .timedOut(.connect, let limit): "The server did not take the connection within \(limit)."
        case .timedOut(.idle, let limit): "The connection was silent for \(limit)."
        case .timedOut(.total, let limit): "The request was not finished within \(limit)."
        case .bodyTooLarge(let cap): "The answer is longer than the \(cap) bytes allowed for it."
        case .protocolViolation(let detail): "The server's answer cannot be read: \(detail)."
        case .upgradeRefused(let status, _): "The server answered \(status) instead of opening a stream."
        case .uploadCutShort(let status, _):
            "The server answered \(status) and closed the connection before it had the whole request."
        case .bodyLength(let declared, let given):
            "What was to be sent has \(given) bytes so far, not the \(declared) that were announced."
        case .connectionClosed: "The connection ended early."
        case .readerTooSlow(let bound): "A stream was closed because over \(bound) bytes of it waited unread."
        case .shutDown: "The connection to the server was shut down by this program."
        case .invalidRequest(let detail): "A request cannot be sent: \(detail)."
        case .internalFault: "The HTTP library failed in a way it never should."
        }
    }

    package var remedy: String? {
        switch self {
        case .connectFailed: "Check that the server runs there and that you may open its socket or reach its port."
        case .nameNotResolved: "Check the name, and that this machine can resolve it."
        case .tlsFailed(let failure, _): failure.remedy
        case .timedOut: "Try again; if it lasts, check the server's load and its log."
        case .connectionClosed: "Try again; if it lasts, check whether the server restarted."
        case .protocolViolation: "Check that the address is that of the server you meant."
        case .bodyLength: "Try again when nothing changes what is sent."
        case .upgradeRefused, .uploadCutShort, .bodyTooLarge, .readerTooSlow, .shutDown: nil
        case .invalidRequest, .internalFault: "Report this with the log around it."
        }
    }
}
