package import Model

/// The HTTP status of an error: total, so that a new code has to be thought of here.
package enum ErrorStatus {
    package static func status(of code: ErrorCode) -> Int {
        switch code {
        case .invalidInput, .inputUnreadable, .outputUnwritable, .documentMissing, .documentBadJSON, .documentBadYAML,
            .documentBadEncoding, .documentWrongType, .documentInvalid, .ambiguousID:
            400
        case .denied: 403
        case .notFound, .imageNotFound, .endpointUnknown: 404
        case .methodNotAllowed: 405
        case .requestTimedOut, .waitTimedOut: 408
        case .conflict, .illegalState, .idempotencyConflict, .storeConflict, .storeLocked: 409
        case .requestTooLarge, .documentTooLarge: 413
        case .imageRefused: 422
        case .engineTooOld, .engineProtocol, .engineRefused, .daemonProtocol: 502
        case .engineUnreachable, .daemonUnreachable, .daemonStopping, .storeBusy: 503
        case .engineTimeout: 504
        case .noSpace: 507
        case .profileNotApplied, .cellUnavailable, .probeUnavailable, .cellLost, .cellProtocol, .sandboxEnded,
            .processLost, .engineLost, .clockRanOut, .storeCorrupt, .storeNewer, .storeUnavailable, .socketUnusable,
            .outputDiffers,
            .internalFault:
            500
        }
    }
}
