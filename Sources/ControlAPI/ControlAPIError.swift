package import Model

/// Why a request was not served, where neither the store nor a job is the reason.
package enum ControlAPIError: UserFacingError, Hashable {
    /// The socket's path does not fit into an address.
    case pathTooLong(path: String, bytes: Int)
    /// Something stands at the socket's path that is no socket: it is not ours to remove.
    case notASocket(path: String)
    /// Another daemon listens there, one of another data folder.
    case socketInUse(path: String)
    /// The socket cannot be made.
    case socketUnusable(path: String, reason: String)
    /// Another user's process.
    case foreignPeer(uid: UInt32?)
    case unknownPath(String)
    case wrongMethod(method: String, path: String, allowed: [String])
    /// A parameter of the query, or of the path, is not what it must be.
    case badParameter(name: String, value: String, expected: String)
    /// The route has no such parameter.
    case unknownParameter(name: String, known: [String])
    /// The body is no JSON, or not of the kind the route takes; `pointer` is a JSON pointer (RFC 6901).
    case badBody(pointer: String, detail: String)
    case bodyTooLarge(limit: ByteCount)
    /// The client sent nothing for so long.
    case bodyTooSlow(limit: Duration)
    /// The body ended before its end.
    case bodyCut
    /// The job is in a state in which this cannot be done, or somebody else does it.
    case conflict(String, remedy: String)
    case stopping

    package var code: ErrorCode {
        switch self {
        case .pathTooLong, .notASocket, .badParameter, .unknownParameter, .badBody, .bodyCut: .invalidInput
        case .socketInUse: .conflict
        case .socketUnusable: .socketUnusable
        case .foreignPeer: .denied
        case .unknownPath: .endpointUnknown
        case .wrongMethod: .methodNotAllowed
        case .bodyTooLarge: .requestTooLarge
        case .bodyTooSlow: .requestTimedOut
        case .conflict: .conflict
        case .stopping: .daemonStopping
        }
    }

    package var message: String {
        switch self {
        case .pathTooLong(let path, let bytes):
            "The control socket's path \(path) has \(bytes) bytes, but the system takes \(SocketPlace.maxPathBytes)."
        case .notASocket(let path): "\(path) is to be the control socket, but something else stands there."
        case .socketInUse(let path): "Another daemon listens at \(path)."
        case .socketUnusable(let path, let reason): "The control socket \(path) cannot be made: \(reason)."
        case .foreignPeer(let uid):
            "User \(uid.map { "\($0)" } ?? "unknown") may not control this daemon: it serves the user it runs as, and root."
        case .unknownPath(let path): "There is no \(path) in the control API."
        case .wrongMethod(let method, let path, let allowed):
            "\(method) is not what \(path) takes: it takes \(allowed.joined(separator: ", "))."
        case .badParameter(let name, let value, let expected): "\(name) is \"\(value)\", which is not \(expected)."
        case .unknownParameter(let name, let known):
            "There is no parameter \(name) here\(known.isEmpty ? "" : "; there are \(known.joined(separator: ", "))")."
        case .badBody(let pointer, let detail):
            "The request's body\(pointer.isEmpty ? "" : " at \(pointer)") is wrong: \(detail)."
        case .bodyTooLarge(let limit): "The request's body is more than \(limit)."
        case .bodyTooSlow(let limit): "Nothing came of the request's body for \(limit.shortText)."
        case .bodyCut: "The request's body ended early."
        case .conflict(let message, _): message
        case .stopping: "The daemon is stopping."
        }
    }

    package var remedy: String? {
        switch self {
        case .pathTooLong: "Give a shorter one with --socket or CAISSON_SOCKET."
        case .notASocket: "Move it away, or give another path with --socket or CAISSON_SOCKET."
        case .socketInUse: "Stop that one, or give another path with --socket or CAISSON_SOCKET."
        case .socketUnusable: "Check that its folder exists and belongs to you, or give another path with --socket."
        case .foreignPeer: "Ask as the user that the daemon runs as."
        case .unknownPath: "Check the path, and with GET /version that client and daemon are of one release."
        case .wrongMethod: "Use one of the methods that it takes."
        case .badParameter(let name, _, let expected): "Write \(name) as \(expected)."
        case .unknownParameter: "Leave it out, or check its spelling."
        case .badBody: "Mend the body there, and send it again."
        case .bodyTooLarge: "Send less; large inputs go through POST /blobs, piece by piece."
        case .bodyTooSlow: "Send the request again, without long pauses."
        case .bodyCut: "Send the request again, to its end."
        case .conflict(_, let remedy): remedy
        case .stopping: "Try again when it has started anew."
        }
    }
}
