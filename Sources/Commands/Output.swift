import Foundation
// Foundation's write hides which error it was, and a pipe whose reader has ended is no error of ours.
private import Glibc
import Model
import Synchronization

/// Where a command writes: what was asked for to stdout, our own words to stderr.
struct Output: Sendable {
    private let write: @Sendable (_ toError: Bool, Data) throws -> Void
    /// For stdout and stderr, those that are a terminal.
    private let terminals: [Terminal?]
    /// Characters in a line of stdout, and lines on its screen, if that is a terminal that tells.
    let columns: Int?
    let rows: Int?

    /// - Parameter terminals: whether stdout and stderr are one.
    init(
        terminals: [Bool] = [false, false], columns: Int? = nil, rows: Int? = nil,
        _ write: @escaping @Sendable (_ toError: Bool, Data) throws -> Void
    ) {
        (self.write, self.columns, self.rows) = (write, columns, rows)
        self.terminals = terminals.map { $0 ? Terminal() : nil }
    }

    private final class Terminal: Sendable {
        let text = Mutex(TerminalText())
    }

    /// The process's own streams.
    static let standard = Output(
        terminals: [STDOUT_FILENO, STDERR_FILENO].map { isatty($0) == 1 }, columns: terminalSize?.columns,
        rows: terminalSize?.rows
    ) { toError, data in
        try data.withUnsafeBytes { try Output.writeAll($0, to: toError ? STDERR_FILENO : STDOUT_FILENO) }
    }

    private static var terminalSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether stdout is a terminal.
    var isTerminal: Bool { terminals[0] != nil }

    /// Our own drawing, with what moves the cursor, to a stdout that is a terminal.
    func drawing(_ text: String) throws { try write(false, Data(text.utf8)) }

    /// One line to stdout.
    ///
    /// - Throws: ``OutputError`` if it cannot be written, ``ReaderHasEnded`` if nobody reads it any more.
    func line(_ text: String) throws { try write(false, Data("\(text)\n".utf8)) }

    /// One line of ours to stderr.
    func error(_ text: String) {
        try? write(true, Data("\(text)\n".utf8))  // ignored: there is nobody left to tell
    }

    /// Bytes from a job, to stdout or to stderr: as they are, but for a terminal as ``TerminalText`` has them.
    ///
    /// - Throws: as ``line(_:)``.
    func bytes(_ bytes: [UInt8], toError: Bool) throws {
        let terminal = terminals[toError ? 1 : 0]
        try write(toError, Data(terminal.map { $0.text.withLock { $0.shown(bytes) } } ?? bytes))
    }

    /// Says that no more bytes come from the job: what a terminal was not yet shown is shown.
    func endOfBytes(toError: Bool) throws {
        guard let rest = terminals[toError ? 1 : 0]?.text.withLock({ $0.end() }), !rest.isEmpty else { return }
        try write(toError, Data(rest))
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody made the stream one that does not wait.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            case EPIPE: throw ReaderHasEnded()
            case let code:
                let stream = descriptor == STDOUT_FILENO ? "standard output" : "standard error"
                throw OutputError.unwritable(stream: stream, reason: Commands.reason(errorNumber: code))
            }
        }
    }
}

/// Why what was asked for could not be printed.
enum OutputError: UserFacingError, Hashable {
    case unwritable(stream: String, reason: String)
    /// The attempt that was printed was followed by another one, which wrote something else.
    case begunAnew(stream: String)

    var code: ErrorCode {
        switch self {
        case .unwritable: .outputUnwritable
        case .begunAnew: .outputDiffers
        }
    }

    var message: String {
        switch self {
        case .unwritable(let stream, let reason): "The \(stream) cannot be written: \(reason)."
        case .begunAnew(let stream):
            "The \(stream) that was printed is an earlier attempt's; the last one did not write the same."
        }
    }

    var remedy: String? {
        switch self {
        case .unwritable: "Send it to a place that takes it; what a job wrote is kept, see `caisson logs`."
        case .begunAnew:
            "See `caisson logs` for what the last attempt wrote, `caisson attempts` for why there were several."
        }
    }
}

/// The other end of a pipe was closed: whoever read from it has enough, and there is nothing to complain about.
struct ReaderHasEnded: Error {}
