import Glibc
import Synchronization
import TestSupport

@testable import CurlHTTP

/// A server on a Unix socket that does to each connection what a script says, however wrong that is.
///
/// Threading: one thread accepts, one more for each connection runs the script and may block there.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (ServerConnection) -> Void

    private struct State: Sendable {
        var open: [Int: Int32] = [:]
        var threads: [pthread_t] = []
        var isStopping = false
        var accepted = 0
    }

    let path: String
    private let listener: Int32
    private let script: Script
    private let state = Mutex(State())
    private static let lastNumber = Mutex(0)

    /// Listens at once; accepts once `accepting` is open.
    init(backlog: Int32 = 4096, accepting: Gate = Gate(isOpen: true), script: @escaping Script) throws {
        let number = Self.lastNumber.withLock { number in
            number += 1
            return number
        }
        path = "/tmp/caisson-curl-\(getpid())-\(number).sock"
        listener = try UnixSocket.listen(at: path, backlog: backlog)
        self.script = script
        let accepting: @Sendable () -> Void = { [self] in
            accepting.wait()
            acceptAll()
        }
        let thread = Threads.start(accepting)
        state.withLock { $0.threads.append(thread) }
    }

    /// How many connections there were.
    var connections: Int { state.withLock { $0.accepted } }

    /// Runs `body` with a server and a client of it, and ends both.
    static func with(
        script: @escaping Script, _ body: (ScriptedServer, CurlClient) async throws -> Void
    ) async throws {
        let server = try ScriptedServer(script: script)
        defer { server.stop() }
        let client = try CurlClient(endpoint: .unixSocket(path: server.path))
        do {
            try await body(server, client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// Ends all connections and waits for the threads.
    func stop() {
        let threads = state.withLock { state in
            state.isStopping = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.open.values { shutdown(descriptor, Int32(SHUT_RDWR)) }
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { pthread_join(thread, nil) }
        close(listener)
        unlink(path)
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            state.withLock { state in
                guard !state.isStopping else {
                    close(descriptor)
                    return
                }
                state.accepted += 1
                let number = state.accepted
                state.open[number] = descriptor
                state.threads.append(Threads.start { [self] in serve(descriptor, number) })
            }
        }
    }

    private func serve(_ descriptor: Int32, _ number: Int) {
        script(ServerConnection(descriptor: descriptor, number: number))
        state.withLock { state in
            state.open[number] = nil
            close(descriptor)
        }
    }
}
