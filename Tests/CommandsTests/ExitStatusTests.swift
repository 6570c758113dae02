import Model
import Ports
import Testing

@testable import Commands

@Suite struct ExitStatusTests {
    /// The whole table, as the documentation gives it.
    static let codes: [ErrorCode: Int32] = [
        .documentMissing: 2, .documentBadJSON: 2, .documentBadYAML: 2, .documentBadEncoding: 2, .documentTooLarge: 2,
        .documentWrongType: 2, .documentInvalid: 2, .invalidInput: 2, .inputUnreadable: 2, .outputUnwritable: 2,
        .imageRefused: 2, .ambiguousID: 2, .storeNewer: 2,
        .notFound: 3, .imageNotFound: 3, .storeLocked: 4, .storeConflict: 4, .illegalState: 4, .idempotencyConflict: 4,
        .engineUnreachable: 6, .engineTooOld: 6,
        .engineTimeout: 9, .engineProtocol: 9, .engineRefused: 9, .profileNotApplied: 9, .cellUnavailable: 9,
        .probeUnavailable: 9,
        .cellLost: 9, .cellProtocol: 9, .storeBusy: 9, .storeCorrupt: 9, .storeUnavailable: 9, .noSpace: 9,
        .internalFault: 9, .sandboxEnded: 9, .processLost: 9, .engineLost: 9, .clockRanOut: 9,
        .daemonUnreachable: 6, .daemonProtocol: 9, .daemonStopping: 6, .denied: 5, .conflict: 4, .endpointUnknown: 2,
        .methodNotAllowed: 2, .requestTooLarge: 2, .requestTimedOut: 9, .waitTimedOut: 7, .socketUnusable: 9,
        .outputDiffers: 9,
    ]

    @Test("every error code has its exit status, and none of them is success", arguments: ErrorCode.allCases)
    func codes(_ code: ErrorCode) {
        #expect(ExitStatus(code).rawValue == Self.codes[code])
        #expect(ExitStatus(code) != .ok)
    }

    static let states: [JobState: Int32] = [
        .succeeded: 0, .failed: 1, .timedOut: 1, .oomKilled: 1, .skipped: 1, .denied: 5, .cancelled: 8, .errored: 9,
        .pending: 9, .waiting: 9, .ready: 9, .leased: 9, .running: 9, .stopping: 9, .finalizing: 9, .retrying: 9,
    ]

    @Test("every job state has its exit status, and only success is success", arguments: JobState.allCases)
    func states(_ state: JobState) {
        #expect(ExitStatus(state).rawValue == Self.states[state])
        #expect((ExitStatus(state) == .ok) == (state == .succeeded))
    }

    @Test("an error that leaves the program takes its status from its code")
    func failures() {
        #expect(Failure(StoreError.notFound("x")).status == .notFound)
        #expect(Failure(EngineError.unreachable(address: "a", reason: "r")).status == .engineUnreachable)
        #expect(Failure(EngineError.store(.locked(path: "p", pid: 1, waited: .seconds(60)))).status == .conflict)
        #expect(Failure(InputError(mistakes: [])).status == .invalidInput)
        #expect(Failure(FileError.unwritable(path: "p", reason: "r")).status == .invalidInput)
    }
}
