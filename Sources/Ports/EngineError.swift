package import Hardening
package import Model

/// Why an engine, or a sandbox in it, refused or failed.
package enum EngineError: UserFacingError, Hashable {
    /// Nobody answers at the engine's address.
    case unreachable(address: String, reason: String)
    /// Something answers at the engine's address, but TLS with it does not come about.
    case notTrusted(address: String, reason: String, remedy: String)
    /// A certificate or key that is needed to reach the engine cannot be used.
    case certificateUnusable(path: String, reason: String)
    /// What was to be sent to the engine could not be had; the parts are those of the error that says so.
    case sourceFailed(code: ErrorCode, message: String, remedy: String?)
    /// The engine speaks only versions that lack controls we rely on.
    case tooOld(found: String, needed: String)
    /// A call took longer than its limit.
    case timedOut(call: String, limit: Duration)
    /// The engine answered with an error; `detail` is its own text.
    case refused(call: String, status: Int, detail: String)
    /// The engine answered with something that is no answer to this call.
    case protocolViolation(call: String, detail: String)
    case imageNotFound(name: String)
    /// The name stands for an image that is no longer there.
    case imageGone(name: String, id: String, source: String)
    /// The image's own configuration would weaken the sandbox.
    case imageRefused(name: String, reason: String)
    /// A control that was asked for is not in force: nothing was run.
    case profileNotApplied([PostureDifference])
    /// The engine warned about something at create: nothing was run.
    case unexpectedWarnings([String])
    /// The cell could not be brought into a container.
    case cellUnavailable(reason: String)
    /// The program that tries a sandbox could not be brought into an image.
    case probeUnavailable(reason: String)
    /// The container ended, or its stream, without the record that alone proves an outcome.
    case cellLost(detail: String)
    /// The same, and the engine says that the kernel killed a process in it for want of memory.
    case cellOutOfMemory(detail: String)
    /// The container was killed or removed from outside: the tool cannot have done that.
    case sandboxEnded(detail: String)
    /// The same, while the engine was down, or nobody of ours was there to see it.
    case engineLost(detail: String)
    /// What the tool did was not kept before its process and its container went.
    case outcomeLost
    /// The container was paused from outside for longer than the tool may run.
    case sandboxPaused
    /// Its `clock`, one of `pull` and `start`, ended the work.
    case clockRanOut(Clock, limit: Duration)
    /// The cell would not run what it was given; nothing was run.
    case cellRefused(code: String, detail: String)
    /// The other end of the stream broke the protocol.
    case cellProtocol(detail: String)
    /// What goes into the sandbox, or comes out of it, could not be read or written on our side.
    case store(StoreError)
    /// The process that asked was told to stop.
    case interrupted

    package enum Clock: String, Sendable, Hashable { case pull, start }

    package var code: ErrorCode {
        switch self {
        case .unreachable, .notTrusted: .engineUnreachable
        case .certificateUnusable: .inputUnreadable
        case .sourceFailed(let code, _, _): code
        case .tooOld: .engineTooOld
        case .timedOut: .engineTimeout
        case .refused: .engineRefused
        case .protocolViolation: .engineProtocol
        case .imageNotFound, .imageGone: .imageNotFound
        case .imageRefused: .imageRefused
        case .profileNotApplied, .unexpectedWarnings: .profileNotApplied
        case .cellUnavailable: .cellUnavailable
        case .probeUnavailable: .probeUnavailable
        case .cellLost, .cellOutOfMemory: .cellLost
        case .sandboxEnded, .sandboxPaused: .sandboxEnded
        case .engineLost: .engineLost
        case .outcomeLost: .processLost
        case .clockRanOut: .clockRanOut
        case .cellRefused, .cellProtocol: .cellProtocol
        case .store(let error): error.code
        case .interrupted: .internalFault
        }
    }

    package var message: String {
        switch self {
        case .unreachable(let address, let reason): "No Docker engine answers at \(address): \(reason)."
        case .notTrusted(let address, let reason, _): "The engine at \(address) cannot be used: \(reason)."
        case .certificateUnusable(let path, let reason): "\(path) cannot be used to reach the engine: \(reason)."
        case .sourceFailed(_, let message, _): message
        case .tooOld(let found, let needed): "The engine speaks API \(found) at most; \(needed) or newer is needed."
        case .timedOut(let call, let limit): "The engine did not answer \(call) within \(limit.shortText)."
        case .refused(let call, let status, let detail): "The engine refused \(call) with status \(status): \(detail)"
        case .protocolViolation(let call, let detail): "The engine's answer to \(call) cannot be understood: \(detail)."
        case .imageNotFound(let name): "The engine has no image \"\(name)\"."
        case .imageGone(let name, let id, let source):
            "The engine no longer has \(id), which the name \"\(name)\" stands for (added from \(source))."
        case .imageRefused(let name, let reason): "The image \"\(name)\" is refused: \(reason)."
        case .profileNotApplied(let differences):
            differences.map { "\($0.field) is \($0.got), wanted \($0.wanted)" }.joined(separator: "; ")
                + ". Nothing was run."
        case .unexpectedWarnings(let warnings):
            "The engine warned: \(warnings.joined(separator: "; ")). Nothing was run."
        case .cellUnavailable(let reason): "The cell cannot be brought into a container: \(reason)."
        case .probeUnavailable(let reason): "The prober cannot be brought into an image: \(reason)."
        case .cellLost(let detail): "The sandbox ended without a record: \(detail)."
        case .cellOutOfMemory(let detail): "The sandbox ran out of memory and ended without a record: \(detail)."
        case .sandboxEnded(let detail): "The sandbox was ended from outside: \(detail)."
        case .engineLost(let detail): "The engine or its machine went down under the sandbox: \(detail)."
        case .outcomeLost: "The process that ran this job ended before it had kept what came of it."
        case .sandboxPaused: "The sandbox was paused from outside for longer than its tool may run."
        case .clockRanOut(.pull, let limit): "The image was not there within \(limit.shortText)."
        case .clockRanOut(.start, let limit):
            "The sandbox did not attest itself within \(limit.shortText) of its start."
        case .cellRefused(let code, let detail): "The cell refused the work (\(code)): \(detail)."
        case .cellProtocol(let detail): "The sandbox broke the protocol: \(detail)."
        case .store(let error): error.message
        case .interrupted: "The work was interrupted."
        }
    }

    package var remedy: String? {
        switch self {
        case .unreachable(let address, _) where address.hasPrefix("tcp://"):
            "Check DOCKER_HOST, that the engine listens there, and that nothing between stops the connection."
        case .unreachable: "Start an engine with `Scripts/engine`, or set DOCKER_HOST to the socket of one."
        case .notTrusted(_, _, let remedy): remedy
        case .certificateUnusable:
            "DOCKER_CERT_PATH must hold ca.pem and, if the engine asks for one, a client's cert.pem and key.pem."
        case .sourceFailed(_, _, let remedy): remedy
        case .tooOld: "Update the engine to Docker 20.10 or newer."
        case .timedOut: "Look at the engine's log and at the load of its machine, then try again."
        case .refused: "See the engine's log for its reasons; `caisson doctor` checks what jobs need of it."
        case .protocolViolation: "Check that a Docker engine, and nothing between it and us, answers at DOCKER_HOST."
        case .imageNotFound:
            "Build ours with `Scripts/images`; load another one into the engine first (`caisson image add`)."
        case .imageGone(let name, _, _): "Load it again, or `caisson image rm \(name)` and `caisson image add` another."
        case .imageRefused:
            "Use a Linux image for this machine, without VOLUME, ONBUILD and labels that begin with org.caisson."
        case .profileNotApplied, .unexpectedWarnings:
            "The engine or the kernel does not give what the profile asks for; see `caisson show` for the read-back."
        case .cellUnavailable: "Build with `swift build`, so that caisson-cell lies beside caisson."
        case .probeUnavailable: "Build with `swift build`, so that caisson-probe lies beside caisson."
        case .cellLost, .cellOutOfMemory: "See `caisson show` for what is known, and the engine's log."
        case .sandboxEnded, .sandboxPaused: "Find out who uses the engine beside Caisson, and run the job again."
        case .outcomeLost: "Run the job again, with more room on the disk if that was full."
        case .engineLost: "Look at the engine's log, and run the job again."
        case .clockRanOut(let clock, _): "Raise the limit (--limit \(clock.rawValue)=…), or look at the engine's load."
        case .cellRefused, .cellProtocol:
            "Check with `caisson doctor` that caisson-cell is of the same build as caisson; else report this."
        case .interrupted: "Start it again."
        case .store(let error): error.remedy
        }
    }
}
