/// The stable name of every error that leaves the program; `Commands` maps each to an exit status.
package enum ErrorCode: String, Sendable, CaseIterable, Codable {
    // What the caller gave us.
    case invalidInput = "invalid_input"
    case inputUnreadable = "input_unreadable"
    case documentMissing = "document_missing"
    case documentBadJSON = "document_bad_json"
    case documentBadYAML = "document_bad_yaml"
    case documentBadEncoding = "document_bad_encoding"
    case documentTooLarge = "document_too_large"
    case documentWrongType = "document_wrong_type"
    case documentInvalid = "document_invalid"
    case outputUnwritable = "output_unwritable"
    case outputDiffers = "output_differs"
    case notFound = "not_found"
    case ambiguousID = "ambiguous_id"
    case illegalState = "illegal_state"
    case idempotencyConflict = "idempotency_conflict"
    case imageNotFound = "image_not_found"
    case imageRefused = "image_refused"

    // The Docker engine.
    case engineUnreachable = "engine_unreachable"
    case engineTooOld = "engine_too_old"
    case engineTimeout = "engine_timeout"
    case engineProtocol = "engine_protocol"
    case engineRefused = "engine_refused"

    // The sandbox.
    case profileNotApplied = "profile_not_applied"
    case cellUnavailable = "cell_unavailable"
    case probeUnavailable = "probe_unavailable"
    case cellLost = "cell_lost"
    case cellProtocol = "cell_protocol"
    case sandboxEnded = "sandbox_ended"
    case processLost = "process_lost"
    case engineLost = "engine_lost"
    case clockRanOut = "clock_ran_out"

    // The data folder.
    case storeLocked = "store_locked"
    case storeConflict = "store_conflict"
    case storeBusy = "store_busy"
    case storeCorrupt = "store_corrupt"
    case storeNewer = "store_newer"
    case storeUnavailable = "store_unavailable"
    case noSpace = "no_space"

    // The daemon, and the way to it.
    case daemonUnreachable = "daemon_unreachable"
    case daemonProtocol = "daemon_protocol"
    case daemonStopping = "daemon_stopping"
    case denied
    case conflict
    case endpointUnknown = "endpoint_unknown"
    case methodNotAllowed = "method_not_allowed"
    case requestTooLarge = "request_too_large"
    case requestTimedOut = "request_timed_out"
    case waitTimedOut = "wait_timed_out"
    case socketUnusable = "socket_unusable"

    case internalFault = "internal_fault"
}
