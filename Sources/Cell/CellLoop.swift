import CCell
import CellWire
import Glibc

/// The cell's one thread: waits for the stream, the tool's pipes, signals and clocks, and serves whatever is ready.
///
/// It never blocks on any of them. In particular it always reads what the daemon sends, even while nobody reads what it
/// writes, and its memory is bounded by the windows of the channels.
struct CellLoop {
    /// How far the one job has come.
    enum Phase {
        /// Takes the spec and the files.
        case preparing
        case running
        /// The tool has ended: its left-behind processes are killed and reaped, its pipes read to their end.
        case sweeping
        case collecting(FileCollector)
        /// Everything is said; waits to be told that it is stored.
        case finished
    }

    /// After this long without a word from a daemon, a cell that has not been given work ends itself.
    static let idleLimit: Int64 = 15 * 60 * 1_000_000
    /// A cell that has finished keeps its record this long for a daemon to come back.
    static let recordLimit: Int64 = 24 * 3600 * 1_000_000
    /// How often processes that refuse to die are killed again.
    static let killInterval: Int64 = 20_000

    let folder: String
    var endpoint = CellEndpoint()
    var phase = Phase.preparing
    var orders = MessageAssembler()
    var inputs: InputWriter
    var spec: CellSpec?
    var tool: ToolProcess?
    var record = CellRecord()
    /// Bytes for the tool's stdin that it has not taken yet.
    var stdinBytes: [UInt8] = []
    var stdinEnded = false
    var startedAt: Int64 = 0
    /// When the tool gets its TERM by the clock, and its KILL after a TERM.
    var runDeadline: Int64 = .max
    var killDeadline: Int64 = .max
    var oomKillsBefore = 0
    var pidsRefusalsBefore = 0
    /// CPU time of everything but this process; `nil` if the kernel does not tell.
    var cpuBefore: Int?
    let cgroup = Cgroup()
    var limitWatch: LimitWatch
    var refusals = RefusalLog()

    private var outgoing: ArraySlice<UInt8> = []
    private var inputOpen = true
    private var lastHeard: Int64 = Kernel.now
    private var finishedAt: Int64?
    var isDone = false

    init(folder: String) {
        self.folder = folder
        inputs = InputWriter(folder: folder)
        limitWatch = LimitWatch(work: folder, tmp: "/tmp")
    }

    /// Serves one job and gives the exit status of the cell.
    mutating func run() -> Int32 {
        guard caisson_cell_hide() == 0 else { return 3 }
        let children = caisson_cell_child_fd()
        guard children >= 0, caisson_cell_set_nonblocking(0) == 0, caisson_cell_set_nonblocking(1) == 0
        else { return 3 }
        report(.attestation(Attester.attest()))
        while !isDone {
            advance()
            guard flush() else { return 4 }
            if isDone { break }
            wait(children)
            // Before the tool's output is read: what it complains of may be over when it has gone on.
            if case .running = phase { limitWatch.look(at: Kernel.now) }
            refuseCalls()
            receive()
            caisson_cell_clear_child_fd(children)
            reap()
            keepClocks()
        }
        Kernel.killAll(SIGKILL)
        return 0
    }

    mutating func report(_ report: CellReport) { endpoint.send(.report, report.message.encoded) }

    // MARK: The stream

    /// Takes what the daemon has sent.
    private mutating func receive() {
        while inputOpen {
            switch Kernel.read(0, count: 64 << 10) {
            case .wouldBlock: return
            case .end: inputOpen = false
            case .bytes(let bytes):
                lastHeard = Kernel.now
                do throws(ChannelReceiver.Violation) {
                    for event in try endpoint.receive(bytes) { handle(event) }
                } catch {
                    Cell.complain("cell: the daemon broke the protocol\n")
                    isDone = true
                    return
                }
            }
        }
    }

    private mutating func handle(_ event: CellEndpoint.Event) {
        switch event {
        case .attached: break
        case .orders(let bytes):
            orders.push(bytes)
            takeOrders()
            endpoint.consume(.orders, bytes.count)
        case .stdin(let bytes): stdinBytes += bytes
        case .stdinEnded: stdinEnded = true
        case .cancel(let grace): cancel(graceMilliseconds: grace)
        case .bye: isDone = true
        }
    }

    /// Writes frames until there are none or nobody takes them; false if the stream is of no more use.
    private mutating func flush() -> Bool {
        while true {
            if outgoing.isEmpty {
                advance()
                guard let bytes = endpoint.nextBytes() else { return true }
                outgoing = bytes[...]
            }
            guard let count = Kernel.write(1, outgoing) else { return false }
            if count == 0 { return true }
            outgoing = outgoing.dropFirst(count)
        }
    }

    // MARK: Waiting

    private mutating func wait(_ children: Int32) {
        var descriptors = [pollfd(fd: children, events: Int16(POLLIN), revents: 0)]
        if inputOpen { descriptors.append(pollfd(fd: 0, events: Int16(POLLIN), revents: 0)) }
        if !outgoing.isEmpty { descriptors.append(pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)) }
        if let tool {
            for (fd, channel) in [(tool.stdout, UpChannel.stdout), (tool.stderr, .stderr)]
            where fd >= 0 && endpoint.room(channel) > 0 {
                descriptors.append(pollfd(fd: fd, events: Int16(POLLIN), revents: 0))
            }
            if tool.listener >= 0 { descriptors.append(pollfd(fd: tool.listener, events: Int16(POLLIN), revents: 0)) }
            if tool.stdin >= 0, !stdinBytes.isEmpty {
                descriptors.append(pollfd(fd: tool.stdin, events: Int16(POLLOUT), revents: 0))
            }
        }
        let microseconds = max(0, nextDeadline - Kernel.now)
        Kernel.poll(&descriptors, timeout: Int32(clamping: (min(microseconds, 3_600_000_000) + 999) / 1000))
    }

    private var nextDeadline: Int64 {
        switch phase {
        case .preparing: lastHeard + Self.idleLimit
        case .running: min(runDeadline, killDeadline, limitWatch.next)
        // With every process gone only the daemon is waited for.
        case .sweeping: processesLeft ? Kernel.now + Self.killInterval : lastHeard + Self.recordLimit
        case .collecting: lastHeard + Self.recordLimit
        case .finished: (finishedAt ?? 0) + Self.recordLimit
        }
    }

    /// Whether there is any process in the container but this one.
    var processesLeft: Bool { kill(-1, 0) == 0 }

    private mutating func keepClocks() {
        let now = Kernel.now
        switch phase {
        case .preparing: if now >= lastHeard + Self.idleLimit { isDone = true }
        case .running:
            if now >= killDeadline {
                Kernel.killAll(SIGKILL)
                killDeadline = now + Self.killInterval
            } else if now >= runDeadline {
                terminate(.clock, graceMilliseconds: spec?.graceMilliseconds ?? 0)
            }
        case .sweeping:
            if processesLeft { Kernel.killAll(SIGKILL) }
            if now >= lastHeard + Self.recordLimit { isDone = true }
        case .collecting: if now >= lastHeard + Self.recordLimit { isDone = true }
        case .finished:
            if finishedAt == nil { finishedAt = now }
            if now >= (finishedAt ?? now) + Self.recordLimit { isDone = true }
        }
    }
}
