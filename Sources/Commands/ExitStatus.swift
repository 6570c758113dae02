import Foundation
import Model

/// The exit status of the program.
enum ExitStatus: Int32, Sendable {
    case ok = 0
    /// The job failed, timed out or ran out of memory.
    case jobFailed = 1
    case invalidInput = 2
    case notFound = 3
    case conflict = 4
    case engineUnreachable = 6
    case cancelled = 8
    /// Our fault or the Engine's.
    case errored = 9

    init(_ state: JobState) {
        self =
            switch state {
            case .succeeded: .ok
            case .failed, .timedOut, .oomKilled: .jobFailed
            case .cancelled: .cancelled
            case .errored, .ready, .leased, .running: .errored
            }
    }

    init(_ code: ErrorCode) {
        self =
            switch code {
            case .invalidInput, .inputUnreadable, .documentMissing, .documentBadJSON, .documentBadYAML,
                .documentBadEncoding,
                .documentTooLarge, .documentWrongType, .documentInvalid, .outputUnwritable, .imageRefused, .ambiguousID,
                .storeNewer:
                .invalidInput
            case .notFound, .imageNotFound: .notFound
            case .storeLocked, .storeConflict: .conflict
            case .engineUnreachable, .engineTooOld: .engineUnreachable
            case .engineTimeout, .engineProtocol, .engineRefused, .profileNotApplied, .cellUnavailable,
                .probeUnavailable, .cellLost, .cellProtocol, .sandboxEnded, .processLost, .engineLost, .clockRanOut,
                .storeBusy, .storeCorrupt,
                .storeUnavailable, .noSpace, .internalFault:
                .errored
            }
    }

    func end() -> Never { exit(rawValue) }
}
