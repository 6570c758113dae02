import DockerEngine
import Foundation
import Glibc
import Synchronization
import TestSupport

/// Stands between a client and the real engine on a Unix socket: can change what the engine says, cut streams, and knows what
/// was asked.
final class EngineProxy: Sendable {
    /// A change of an answer: bytes for others of the same length, so that lengths in headers stay true.
    struct Change: Sendable, CustomStringConvertible {
        let from: String
        let to: String

        init(_ from: String, _ to: String) {
            precondition(from.utf8.count == to.utf8.count, "a change keeps the length")
            (self.from, self.to) = (from, to)
        }

        var description: String { "\(from) becomes \(to)" }
    }

    private struct State {
        var log: [String] = []
        var change: Change?
        var cutAfter = Int.max
        var cutsLeft = 0
        var delay: Int32 = 0
        var hold: Hold?
        /// What a request's first line holds whose answer is lost.
        var losing: String?
        var edit: Edit?
    }

    /// A change of whole answers.
    private struct Edit {
        let concerns: @Sendable (String) -> Bool
        var timesLeft: Int
        let change: @Sendable (EngineAnswer) -> EngineAnswer
    }

    /// Requests that are kept from the engine.
    private struct Hold {
        let text: String
        var passing: Int
        let gate: Gate
    }

    /// Two ends: the reader is told of the release by the other one's end.
    private final class Gate: Sendable {
        let reader: Int32
        private let writer: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
            (reader, writer) = (ends[0], ends[1])
        }

        func open() { Glibc.close(writer) }

        deinit { Glibc.close(reader) }
    }

    let path: String
    private let engine: String
    private let state = Mutex(State())
    private let listener: Int32

    /// - Parameter engine: the path of the engine's socket.
    init(in folder: TemporaryFolder, to engine: String = TestEngine.socketPath) throws {
        self.engine = engine
        path = folder.file("engine.sock")
        listener = try UnixSocket.listen(at: path, backlog: 64)
        Threads.start { [listener, weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { break }
                self.serve(client)
            }
        }
    }

    /// From now on, in every answer; what was asked before is forgotten.
    func begin(_ change: Change) {
        state.withLock { state in
            state.change = change
            state.log = []
        }
    }

    /// From now on both ends of an attached stream are closed after so many bytes, so many times; what was asked before is
    /// forgotten.
    func cut(after bytes: Int, times: Int) {
        state.withLock { state in
            (state.cutAfter, state.cutsLeft) = (bytes, times)
            state.log = []
        }
    }

    /// From now on every piece of an answer, and of an attached stream, comes so much later.
    func delay(milliseconds: Int32) { state.withLock { $0.delay = milliseconds } }

    /// From now on a request whose first line holds `text` is kept from the engine, after so many that are let pass; what was
    /// asked before is forgotten.
    func hold(_ text: String, after passing: Int = 0) throws {
        let gate = try Gate()
        state.withLock { state in
            state.hold = Hold(text: text, passing: passing, gate: gate)
            state.log = []
        }
    }

    /// The answer of the next request whose first line holds `text` does not come: its connection ends instead.
    func lose(_ text: String) { state.withLock { $0.losing = text } }

    /// From now on `change` is made to the whole answer of a request whose first line `concerns`, so many times.
    ///
    /// What was asked before is forgotten; all other answers pass as they are.
    func edit(
        _ concerns: @escaping @Sendable (String) -> Bool, times: Int = .max,
        _ change: @escaping @Sendable (EngineAnswer) -> EngineAnswer
    ) {
        state.withLock { state in
            state.edit = Edit(concerns: concerns, timesLeft: times, change: change)
            state.log = []
        }
    }

    /// Whether a request's first line asks what a container is.
    static func isInspect(_ line: String) -> Bool {
        line.hasPrefix("GET ") && line.contains("/containers/") && line.hasSuffix("/json HTTP/1.1")
    }

    /// Whether a request's first line asks for a new container.
    static func isCreate(_ line: String) -> Bool { line.contains("/containers/create?") }

    /// Lets go on what is held, and holds nothing more.
    func release() {
        let hold = state.withLock { state in
            defer { state.hold = nil }
            return state.hold
        }
        hold?.gate.open()
    }

    /// Ends the accepting thread; connections end with their clients.
    func close() {
        release()
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// The request lines so far, as in `POST /v1.41/containers/create?name=… HTTP/1.1`.
    var log: [String] { state.withLock(\.log) }

    private func serve(_ client: Int32) {
        // ignored: the client sees that nobody answers
        guard let engine = try? UnixSocket.connect(to: engine) else {
            Glibc.close(client)
            return
        }
        let connection = Connection(client: client, engine: engine)
        Threads.start { self.forward(connection, fromClient: true) }
        Threads.start { self.forward(connection, fromClient: false) }
    }

    /// Both ends of one connection; closed when both directions are over.
    private final class Connection: Sendable {
        let client: Int32
        let engine: Int32
        let isAttached = Mutex(false)
        let losesAnswer = Mutex(false)
        /// What the next answer is changed by.
        let edit = Mutex<(@Sendable (EngineAnswer) -> EngineAnswer)?>(nil)

        init(client: Int32, engine: Int32) { (self.client, self.engine) = (client, engine) }

        func end() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(engine, Int32(SHUT_RDWR))
        }

        deinit {
            Glibc.close(client)
            Glibc.close(engine)
        }
    }

    private func forward(_ connection: Connection, fromClient: Bool) {
        let (source, target) =
            fromClient ? (connection.client, connection.engine) : (connection.engine, connection.client)
        var held: [UInt8] = []
        var passed = 0
        var collected: [UInt8] = []
        while true {
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = read(source, &bytes, bytes.count)
            guard count > 0 else { break }
            bytes = Array(bytes[..<count])
            if fromClient {
                if let gate = note(bytes, connection), !wait(for: gate, client: source) { break }
            } else if connection.losesAnswer.withLock({ $0 }) {
                break
            } else if connection.isAttached.withLock({ $0 }) {
                passed += count
                if takeCut(at: passed) { break }
            } else if let edit = connection.edit.withLock({ $0 }) {
                collected += bytes
                guard let answer = EngineAnswer(whole: collected) else { continue }
                collected = []
                connection.edit.withLock { $0 = nil }
                let edited = edit(answer)
                bytes = edited.bytes
                if edited.missing > 0 {
                    _ = send(bytes, to: target)
                    break
                }
            } else if let change = state.withLock({ $0.change }) {
                bytes = replace(change, in: held + bytes, held: &held)
            }
            if !fromClient {
                // A wait for nothing: these are threads of the proxy's own.
                let delay = state.withLock(\.delay)
                if delay > 0 { poll(nil, 0, delay) }
            }
            guard send(bytes, to: target) else { break }
        }
        connection.end()
    }

    /// Writes a request down; gives what to wait on before it may go on, if it is held.
    private func note(_ bytes: [UInt8], _ connection: Connection) -> Gate? {
        guard !connection.isAttached.withLock({ $0 }) else { return nil }
        let line = String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self)
        guard line.hasSuffix("HTTP/1.1") else { return nil }
        if line.contains("/attach?") { connection.isAttached.withLock { $0 = true } }
        return state.withLock { state in
            state.log.append(line)
            if let text = state.losing, line.contains(text) {
                state.losing = nil
                connection.losesAnswer.withLock { $0 = true }
            }
            if let edit = state.edit, edit.timesLeft > 0, edit.concerns(line) {
                state.edit?.timesLeft -= 1
                connection.edit.withLock { $0 = edit.change }
            }
            guard let hold = state.hold, line.contains(hold.text) else { return nil }
            guard hold.passing == 0 else {
                state.hold?.passing -= 1
                return nil
            }
            return hold.gate
        }
    }

    /// False if the client went away before the release: what it asked for is then never asked.
    private func wait(for gate: Gate, client: Int32) -> Bool {
        var waits = [
            pollfd(fd: gate.reader, events: Int16(POLLIN), revents: 0), pollfd(fd: client, events: 0, revents: 0),
        ]
        while poll(&waits, 2, -1) < 0, errno == EINTR {}
        return waits[1].revents == 0
    }

    private func takeCut(at passed: Int) -> Bool {
        state.withLock { state in
            guard passed > state.cutAfter, state.cutsLeft > 0 else { return false }
            state.cutsLeft -= 1
            return true
        }
    }

    /// Replaces; what may be the beginning of a match stays in `held` until more has come.
    private func replace(_ change: Change, in bytes: [UInt8], held: inout [UInt8]) -> [UInt8] {
        var data = Data(bytes)
        while let range = data.firstRange(of: Data(change.from.utf8)) {
            data.replaceSubrange(range, with: Data(change.to.utf8))
        }
        let from = Array(change.from.utf8)
        var result = Array(data)
        held = []
        for count in stride(from: min(from.count - 1, result.count), to: 0, by: -1)
        where result.suffix(count).elementsEqual(from.prefix(count)) {
            held = Array(result.suffix(count))
            result.removeLast(count)
            break
        }
        return result
    }

    private func send(_ bytes: [UInt8], to target: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
