import ArgumentParser
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
            case .engineTimeout, .engineProtocol, .engineRefused, .profileNotApplied, .cellUnavailable, .cellLost,
                .cellProtocol, .sandboxEnded, .processLost, .engineLost, .clockRanOut, .storeBusy, .storeCorrupt,
                .storeUnavailable, .noSpace, .internalFault:
                .errored
            }
    }

    func end() -> Never { exit(rawValue) }
}

/// An error on its way to the person who typed the command.
struct Failure {
    let status: ExitStatus
    private let lines: [String]
    private let parserError: (any Error)?

    init(_ error: any Error) {
        if let error = error as? any UserFacingError {
            status = ExitStatus(error.code)
            lines = Self.lines(code: error.code.rawValue, error.message, error.remedy)
            parserError = nil
        } else if let error = error as? InputError {
            status = .invalidInput
            lines = error.mistakes.flatMap { Self.lines(code: $0.code.rawValue, $0.message, $0.remedy) }
            parserError = nil
        } else {
            (status, lines, parserError) = (.invalidInput, [], error)
        }
    }

    private static func lines(code: String, _ message: String, _ remedy: String?) -> [String] {
        ["error: \(code): \(message)"] + (remedy.map { ["hint: \($0)"] } ?? [])
    }

    func end() -> Never {
        guard let parserError else {
            for line in lines { Output.standard.error(line) }
            status.end()
        }
        // Help and version are "errors" of the parser that end well; its usage errors are invalid input.
        guard Caisson.exitCode(for: parserError).isSuccess else {
            Output.standard.error(Caisson.fullMessage(for: parserError))
            let isUsage = Caisson.exitCode(for: parserError) == .validationFailure || parserError is ValidationError
            (isUsage ? ExitStatus.invalidInput : .errored).end()
        }
        Output.standard.line(Caisson.fullMessage(for: parserError))
        ExitStatus.ok.end()
    }
}

/// Everything that is wrong with what was given, told at once.
struct InputError: Error {
    let mistakes: [any UserFacingError]
}
