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
    }

    let path: String
    private let state = Mutex(State())
    private let listener: Int32

    init(in folder: TemporaryFolder) throws {
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

    /// Ends the accepting thread; connections end with their clients.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// The request lines so far, as in `POST /v1.41/containers/create?name=… HTTP/1.1`.
    var log: [String] { state.withLock(\.log) }

    private func serve(_ client: Int32) {
        // ignored: the client sees that nobody answers
        guard let engine = try? UnixSocket.connect(to: TestEngine.socketPath) else {
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
        while true {
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = read(source, &bytes, bytes.count)
            guard count > 0 else { break }
            bytes = Array(bytes[..<count])
            if fromClient {
                note(bytes, connection)
            } else if connection.isAttached.withLock({ $0 }) {
                passed += count
                if takeCut(at: passed) { break }
            } else if let change = state.withLock({ $0.change }) {
                bytes = replace(change, in: held + bytes, held: &held)
            }
            guard send(bytes, to: target) else { break }
        }
        connection.end()
    }

    private func note(_ bytes: [UInt8], _ connection: Connection) {
        guard !connection.isAttached.withLock({ $0 }) else { return }
        let line = String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self)
        guard line.hasSuffix("HTTP/1.1") else { return }
        state.withLock { $0.log.append(line) }
        if line.contains("/attach?") { connection.isAttached.withLock { $0 = true } }
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
