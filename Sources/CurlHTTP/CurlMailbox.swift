import Synchronization

/// Carries commands to the loop's thread and wakes it, until the loop closes the box.
final class CurlMailbox: Sendable {
    private struct State: Sendable {
        var commands: [CurlCommand] = []
        var isClosed = false
        var lastID: UInt = 0
    }

    private let multi: CurlMultiHandle
    private let state = Mutex(State())

    init(multi: CurlMultiHandle) {
        self.multi = multi
    }

    func newID() -> ConversationID {
        state.withLock { state in
            state.lastID += 1
            return ConversationID(rawValue: state.lastID)
        }
    }

    /// Hands a command over; `false` if the loop has ended, and the command then goes nowhere.
    @discardableResult
    func post(_ command: CurlCommand) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            // Inside the lock: once the box is closed, the handle may be gone.
            if state.commands.count == 1 { multi.wakeUp() }
            return true
        }
    }

    /// Everything posted since the last call, oldest first.
    func takeAll() -> [CurlCommand] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Refuses all further commands and answers what was still in the box.
    func close() -> [CurlCommand] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}
