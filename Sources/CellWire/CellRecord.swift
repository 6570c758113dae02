/// What the cell says of a tool that has ended: the only proof of success there is.
package struct CellRecord: Sendable, Hashable, Codable {
    /// Why the tool's life ended.
    package enum EndCause: UInt8, Sendable, Hashable, Codable {
        /// By itself, with an exit status or by a signal.
        case ended = 1
        /// The run clock ran out.
        case clock = 2
        /// The daemon asked for it.
        case cancelled = 3
        /// The command could not be started: it does not exist or is not executable.
        case notStarted = 4
        /// It wrote more than its output limit, and the job asked for its end in that case.
        case outputCap = 5

        package init(from decoder: any Decoder) throws {
            let name = try decoder.singleValueContainer().decode(String.self)
            guard let cause = Self.names.first(where: { $0.value == name })?.key else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "\(name) is no end cause"))
            }
            self = cause
        }
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(Self.names[self])
        }
        private static let names: [EndCause: String] = [
            .ended: "ended", .clock: "clock", .cancelled: "cancelled", .notStarted: "not_started",
            .outputCap: "output_cap",
        ]
    }

    package var cause: EndCause = .ended
    /// The exit status, 0 to 255, if the tool exited.
    package var exitCode: Int?
    /// The signal's number, if a signal ended the tool.
    package var signal: Int?
    /// The error number of a failed start, if ``cause`` is ``EndCause/notStarted``.
    package var startError: Int?
    /// From the start of the tool to its end, on the monotonic clock.
    package var runMicroseconds: Int = 0
    /// User and system time of everything that ran in the container while the tool did, but the cell.
    package var cpuMicroseconds: Int = 0
    /// The container's high-water mark of memory; 0 if the kernel does not tell.
    package var peakMemoryBytes: Int = 0
    /// What the tool wrote, kept or not.
    package var stdoutBytes: Int = 0
    package var stderrBytes: Int = 0
    /// Whether the end of a stream was dropped because its cap was reached.
    package var stdoutTruncated = false
    package var stderrTruncated = false
    /// Processes that the kernel killed for want of memory while the tool ran.
    package var oomKills: Int = 0
    /// Whether the pids limit refused a process or a thread.
    package var pidsLimitHit = false
    /// Processes that were still there when the tool had ended, and were killed.
    package var leftBehind: Int = 0
    /// The limits that were hit, by stable words: `pids`, `memory`, `output`, `work`, `work_files`, `tmp`, `tmp_files`,
    /// `open_files`.
    package var limitsHit: [String] = []

    /// The system calls that the tool was refused and that its list does not answer itself, in the order in which they came first.
    package var refusals: [Refusal] = []
    /// Refusals of further calls, when there were too many different ones.
    package var otherRefusals: Int = 0

    /// A system call that was refused.
    package struct Refusal: Sendable, Hashable, Codable {
        package let number: Int
        /// As people know it; the cell sends numbers only.
        package var name: String?
        package var count: Int
        /// The first argument of the first one: the family of a socket, the request of an ioctl.
        package let firstArgument: UInt64

        package init(number: Int, name: String? = nil, count: Int = 1, firstArgument: UInt64) {
            (self.number, self.name, self.count, self.firstArgument) = (number, name, count, firstArgument)
        }
    }

    /// Every word that ``limitsHit`` may hold.
    package static let limitWords = [
        "pids", "memory", "output", "work", "work_files", "tmp", "tmp_files", "open_files",
    ]

    package init() {}
}
