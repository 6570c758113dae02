import Glibc
import Synchronization
import TestSupport

@testable import CurlHTTP

/// A server that does to each connection what a script says, however wrong that is.
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

    let listener: Listener
    private let descriptor: Int32
    private let tls: OpenSSL.Context?
    private let script: Script
    private let state = Mutex(State())
    private static let lastNumber = Mutex(0)

    /// Listens at once; accepts once `accepting` is open.
    ///
    /// - Parameter tls: how the server speaks TLS, if it does; the script sees what is inside.
    init(
        _ transport: Transport = .unix, tls: OpenSSL.Options = OpenSSL.Options(), backlog: Int32 = 4096,
        accepting: Gate = Gate(isOpen: true), script: @escaping Script
    ) throws {
        switch transport {
        case .unix:
            let number = Self.lastNumber.withLock { number in
                number += 1
                return number
            }
            let path = "/tmp/caisson-curl-\(getpid())-\(number).sock"
            descriptor = try UnixSocket.listen(at: path, backlog: backlog)
            listener = .unix(path: path)
        case .tcp, .tls:
            let (descriptor, port) = try TCPSocket.listen(backlog: backlog)
            self.descriptor = descriptor
            listener = .tcp(port: port)
        }
        self.tls = transport == .tls ? try OpenSSL.Context(tls) : nil
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

    /// Where a client finds it.
    func endpoint() throws -> CurlClient.Endpoint { listener.endpoint(tls == nil ? nil : try .trusting()) }

    /// Runs `body` with a server and a client of it, and ends both.
    static func with(
        _ transport: Transport = .unix, script: @escaping Script,
        _ body: (ScriptedServer, CurlClient) async throws -> Void
    ) async throws {
        let server = try ScriptedServer(transport, script: script)
        defer { server.stop() }
        let client = try CurlClient(endpoint: server.endpoint())
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
            shutdown(descriptor, Int32(SHUT_RDWR))
            for descriptor in state.open.values { shutdown(descriptor, Int32(SHUT_RDWR)) }
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { pthread_join(thread, nil) }
        close(descriptor)
        if case .unix(let path) = listener { unlink(path) }
    }

    private func acceptAll() {
        while true {
            let accepted = accept(descriptor, nil, nil)
            guard accepted >= 0 else { return }
            state.withLock { state in
                guard !state.isStopping else {
                    close(accepted)
                    return
                }
                state.accepted += 1
                let number = state.accepted
                state.open[number] = accepted
                state.threads.append(Threads.start { [self] in serve(accepted, number) })
            }
        }
    }

    private func serve(_ descriptor: Int32, _ number: Int) {
        Threads.blockBrokenPipe()  // OpenSSL writes without MSG_NOSIGNAL
        if let connection = ServerConnection(descriptor: descriptor, number: number, tls: tls) {
            script(connection)
            connection.end()
        }
        state.withLock { state in
            state.open[number] = nil
            close(descriptor)
        }
    }
}
