package import Logging

/// What a daemon has to have before its services run, in this order.
package enum DaemonPhase: String, Sendable, CaseIterable {
    /// With the lock on it: one daemon works in a folder.
    case dataFolder = "data_folder"
    case log
    case database
    case controlSocket = "control_socket"
    case engine
}

/// Starts a daemon step by step, and undoes the steps in reverse, whatever ends it.
package actor DaemonPhases {
    private struct Step {
        let phase: DaemonPhase
        let undo: @Sendable () async throws -> Void
    }

    private var steps: [Step] = []
    /// There is none before the log is open.
    package var logger: Logger?

    private init() {}

    package func use(_ logger: Logger?) { self.logger = logger }

    /// Calls `body`, in which phases are started, and undoes all that were.
    package static func with<Value: Sendable>(
        _ body: @Sendable (DaemonPhases) async throws -> Value
    ) async throws -> Value {
        let phases = DaemonPhases()
        let result: Result<Value, any Error>
        do { result = .success(try await body(phases)) } catch { result = .failure(error) }
        let failure = await phases.undoAll()
        let value = try result.get()
        // An error of the clean-up is only told if nothing worse was.
        if let failure { throw failure }
        return value
    }

    /// Goes through one phase.
    ///
    /// - Parameter undo: undoes what `body` has made; not called if `body` fails, which has to leave nothing behind then.
    package func start<Value: Sendable>(
        _ phase: DaemonPhase, _ body: @Sendable () async throws -> Value,
        undo: @escaping @Sendable (Value) async throws -> Void
    ) async throws -> Value {
        let value = try await body()
        steps.append(Step(phase: phase) { try await undo(value) })
        logger?.debug("phase is there", metadata: ["phase": "\(phase.rawValue)"])
        return value
    }

    /// Goes on although a step cannot be undone: what was started before it must not stay because of it.
    private func undoAll() async -> (any Error)? {
        var first: (any Error)?
        while let step = steps.popLast() {
            do {
                try await step.undo()
            } catch {
                first = first ?? error
                logger?.error("phase could not be undone", metadata: ["phase": "\(step.phase.rawValue)"])
            }
        }
        return first
    }
}
