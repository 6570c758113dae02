import CSpawn
import Dispatch
import Foundation
import Glibc
import Model
import SQLiteStore
import Waiting

/// Finds the daemon of a data folder, and starts one if there is none.
package struct DaemonLauncher: Sendable {
    /// The program to start, `caisson` itself.
    let program: String
    let home: String
    package let socket: String
    /// The configuration file that a flag has named.
    let configurationFile: String?
    let environment: [String: String]

    /// What forbids to start a daemon, if it is `0`.
    package static let variable = "CAISSON_AUTOSTART"
    /// The descriptor at which a started daemon tells that it listens.
    package static let readyDescriptor: Int32 = 3
    /// How long a daemon that was started by need waits for one that is leaving.
    package static let lockPatience = Duration.seconds(15)
    /// How long a start may take, that wait included.
    private static let startLimit = lockPatience + .seconds(30)
    private static let lockStep = Duration.milliseconds(20)
    /// Bytes that a daemon may say instead of `ready`.
    private static let wordBound = 64 << 10

    /// Ourselves, by the name that people look for among processes, unless the file was replaced meanwhile.
    package static var ownProgram: String {
        let link = "/proc/self/exe"
        // ignored: the link itself can be executed, too
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            FileManager.default.isExecutableFile(atPath: path)
        else { return link }
        return path
    }

    package init(
        program: String = DaemonLauncher.ownProgram, home: String, socket: String, configurationFile: String?,
        environment: [String: String]
    ) {
        (self.program, self.home, self.socket) = (program, home, socket)
        (self.configurationFile, self.environment) = (configurationFile, environment)
    }

    /// Whether somebody listens at the socket.
    package var isThere: Bool { ControlSocket.answers(socket) }

    /// Calls `body` while there is a daemon; once more if the first one was gone by then.
    ///
    /// - Parameter isGone: whether an error of `body` says that the daemon was leaving, and did nothing of what it was asked for.
    package func use<Value>(
        isGone: (any Error) -> Bool, _ body: () async throws -> Value
    ) async throws -> Value {
        try await ensure()
        do {
            return try await body()
        } catch  where isGone(error) {
            try await ensure()
            return try await body()
        }
    }

    /// Returns when a daemon listens.
    ///
    /// - Throws: ``LaunchError``, or what the daemon has said of its start: ``RelayedError``, ``RelayedMistakes``.
    package func ensure() async throws {
        if isThere { return }
        guard environment[Self.variable] != "0" else { throw LaunchError.forbidden(socket: socket) }
        try DataFolder.prepare(home)
        // Of several clients one starts the daemon; the others find it when they get the lock.
        let lock = try await StartLock.acquire("\(home)/start.lock", limit: Self.startLimit, step: Self.lockStep)
        defer { lock.release() }
        if isThere { return }
        do {
            try await start()
        } catch let error as RelayedError where error.code == .storeLocked && isThere {
            return  // somebody else has started one
        }
    }

    private func start() async throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw LaunchError.notStarted(reason: Look.words(errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        let pid: pid_t
        do {
            defer { close(writing) }
            pid = try spawn(ready: writing)
        }
        let said = await DispatchQueue.global().run { Self.readWord(reading) }
        guard said != Readiness.word else { return }
        // It has ended, or will soon: it is not ours to wait for any longer.
        waitpid(pid, nil, WNOHANG)
        throw Self.error(said, home: home)
    }

    private func spawn(ready: Int32) throws(LaunchError) -> pid_t {
        let path = "\(home)/daemon.stderr"
        let log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else { throw .notStarted(reason: "\(path): \(Look.words(errno))") }
        defer { close(log) }
        var words = ["caisson", "serve", "--detached", "--home", home, "--socket", socket]
        if let configurationFile { words += ["--config", configurationFile] }
        var pid: pid_t = 0
        let result = Self.withPointers(words) { arguments in
            Self.withPointers(environment.map { "\($0.key)=\($0.value)" }) { environment in
                caisson_spawn_detached(&pid, program, arguments, environment, log, ready)
            }
        }
        guard result == 0 else { throw .notStarted(reason: Look.words(result)) }
        return pid
    }

    private static func withPointers<Value>(
        _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
        pointers.initialize(repeating: nil, count: words.count + 1)
        for (index, word) in words.enumerated() { pointers[index] = strdup(word) }
        defer {
            for index in words.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }

    /// What the daemon says, on a thread that may block; empty if it ended without a word, `nil` if it said nothing in time.
    private static func readWord(_ descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while bytes.count < wordBound, bytes.last != UInt8(ascii: "\n") {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&wanted, 1, Int32(startLimit.wholeMilliseconds))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            let length = read(descriptor, &piece, piece.count)
            if length < 0, errno == EINTR { continue }
            guard length > 0 else { break }
            bytes += piece[..<length]
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func error(_ said: String?, home: String) -> any Error {
        guard let said else { return LaunchError.silent(home: home, limit: startLimit) }
        // ignored: then it has died
        guard let document = try? JSONDecoder().decode(RelayedDocument.self, from: Data(said.utf8)) else {
            return LaunchError.died(home: home)
        }
        let mistakes = document.error.mistakes ?? []
        return mistakes.isEmpty ? document.error.relayed : RelayedMistakes(mistakes: mistakes.map(\.relayed))
    }
}

/// The right to start a daemon in a data folder, of flock(2): gone with this process, however that ends.
private struct StartLock {
    private let file: Int32

    /// Waits for other clients by looking again, as ``StoreLock`` does, since flock(2) cannot be waited for in a way that ends.
    static func acquire(_ path: String, limit: Duration, step: Duration) async throws -> StartLock {
        let clock = ContinuousClock()
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw LaunchError.notStarted(reason: "\(path): \(Look.words(errno))") }
        let deadline = clock.now.advanced(by: limit)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, clock.now < deadline else {
                close(file)
                throw LaunchError.notStarted(reason: "another client holds \(path)")
            }
            do { try await clock.sleep(for: step) } catch {
                close(file)
                throw error
            }
        }
        return StartLock(file: file)
    }

    func release() { close(file) }
}
