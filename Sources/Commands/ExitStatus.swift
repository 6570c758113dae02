import Foundation
import Model

/// The exit status of the program.
enum ExitStatus: Int32, Sendable {
    case ok = 0
    /// The job failed, timed out, ran out of memory, or was skipped.
    case jobFailed = 1
    case invalidInput = 2
    case notFound = 3
    case conflict = 4
    /// Not allowed, or beyond a quota.
    case denied = 5
    /// The engine or the daemon cannot be reached.
    case engineUnreachable = 6
    case waitTimedOut = 7
    case cancelled = 8
    /// Our fault or the Engine's.
    case errored = 9

    init(_ state: JobState) {
        self =
            switch state {
            case .succeeded: .ok
            case .failed, .timedOut, .oomKilled, .skipped: .jobFailed
            case .denied: .denied
            case .cancelled: .cancelled
            // One that has not ended says nothing yet.
            case .errored, .pending, .waiting, .ready, .leased, .running, .stopping, .finalizing, .retrying: .errored
            }
    }

    init(_ code: ErrorCode) {
        self =
            switch code {
            case .invalidInput, .inputUnreadable, .documentMissing, .documentBadJSON, .documentBadYAML,
                .documentBadEncoding,
                .documentTooLarge, .documentWrongType, .documentInvalid, .outputUnwritable, .imageRefused, .ambiguousID,
                .storeNewer, .endpointUnknown, .methodNotAllowed, .requestTooLarge:
                .invalidInput
            case .notFound, .imageNotFound: .notFound
            case .storeLocked, .storeConflict, .conflict, .illegalState, .idempotencyConflict: .conflict
            case .denied: .denied
            case .engineUnreachable, .engineTooOld, .daemonUnreachable, .daemonStopping: .engineUnreachable
            case .waitTimedOut: .waitTimedOut
            case .engineTimeout, .engineProtocol, .engineRefused, .profileNotApplied, .cellUnavailable,
                .probeUnavailable, .cellLost, .cellProtocol, .sandboxEnded, .processLost, .engineLost, .clockRanOut,
                .storeBusy, .storeCorrupt,
                .storeUnavailable, .noSpace, .outputDiffers, .daemonProtocol, .requestTimedOut, .socketUnusable,
                .internalFault:
                .errored
            }
    }

    func end() -> Never { exit(rawValue) }
}
