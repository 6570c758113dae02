import Logging
import Model
import Ports

/// The settings of ``DaemonConfiguration``, one by one.
struct Settings {
    /// The data folder, in which some defaults lie.
    let home: String
    /// Whether the daemon was started because somebody needed one, and not to stay.
    var isByNeed = false

    /// Bytes of a Unix socket's address without the NUL at its end.
    ///
    /// - Source: unix(7), `sun_path`.
    static let socketBound = 107
    /// Bytes of a path.
    private static let pathBound = 4000

    var socket: Setting<String> {
        Setting(
            "socket", .path(bound: Self.socketBound), "\(home)/control.sock",
            "Where clients find the daemon. In the data folder, because the folder for runtime files goes at logout.")
    }
    var idleExit: Setting<Duration?> {
        Setting(
            "idle_exit", .either(.duration(.milliseconds(100) ... .seconds(30 * 86_400)), or: "never"),
            isByNeed ? .seconds(600) : nil,
            "Time without an open job and a request after which the daemon ends; 10m for one that a client started by need."
        )
    }
    let drain = Setting<DrainMode>(
        "drain", .word, .leave,
        "What becomes of running jobs at the end: they go on and are adopted, are waited for, or are cancelled.")
    let drainLimit = Setting(
        "drain_limit", .duration(.zero ... .seconds(86_400)), .seconds(60),
        "How long that may take; the rest is left to the next daemon. Below the 90s after which systemd kills.")
    let logLevel = Setting<Logger.Level>(
        "log_level", .word, .info, "The least level that is logged; at info some lines for each job.")
    var logFile: Setting<LogTarget> {
        Setting(
            "log_file", .logTarget(bound: Self.pathBound), .automatic,
            "auto is stderr if that is a terminal, else daemon.log in the data folder.")
    }
    let logFormat = Setting<LogFormat>("log_format", .word, .logfmt, "How its lines are written.")
    let logSize = Setting(
        "log_size", .bytes(.kibibytes(64) ... .gibibytes(1)), .mebibytes(10),
        "Size at which a log file is put aside; some hundred thousand lines.")
    let logCount = Setting(
        "log_count", .count(1...100), 5, "Log files that are kept, the present one among them; 50MiB in all.")
    let slots = Setting(
        "slots", .count(1...512), 64, "Jobs that run at once, in all queues; memory usually ends earlier.")
    let startsAtOnce = Setting(
        "starts_at_once", .count(1...32), 8,
        "Containers created and started at once; with more an engine gets no faster.")
    let cpuOvercommit = Setting(
        "cpu_overcommit", .count(1...64), 8,
        "How many times the cores are given to jobs: a share, since most jobs wait most of the time.")
    let memory = Setting<MemoryShare>(
        "memory", .share(percent: 1...95, bytes: .mebibytes(64) ... .gibibytes(65_536)), .percent(75),
        "Memory of the engine's machine for all jobs together, never overcommitted; the rest is for engine and system.")
    let keepFailed = Setting(
        "keep_failed", .duration(.zero ... .seconds(7 * 86_400)), .zero,
        "How long the container of a failed job is kept, stopped, to be looked at; 0s: it is removed at once.")
    let keepFailedCount = Setting(
        "keep_failed_count", .count(1...100), 10, "Containers that are so kept at most; the oldest one goes first.")
    let reapInterval = Setting(
        "reap_interval", .duration(.seconds(1) ... .seconds(3600)), .seconds(30),
        "Time between two looks at the engine for what nobody owns; events wake it earlier.")
    let housekeepingInterval = Setting(
        "housekeeping_interval", .duration(.seconds(60) ... .seconds(86_400)), .seconds(3600),
        "Time between two rounds that take away what retention no longer keeps; the first begins with the daemon.")
    let historyCount = Setting(
        "retention.history_count", .either(.count(1...100_000_000), or: "all"), nil,
        "Jobs and graphs that are kept at most once they have ended, whatever their age; those that need a person come on top."
    )
    let queueWeight = Setting(
        "queue_defaults.weight", .count(1...1000), 1, "A queue's share of turns, if nobody has set it; 1: all alike.")
    let queueSlots = Setting(
        "queue_defaults.slots", .either(.count(1...512), or: "all"), nil,
        "Jobs of a queue that run at once, if nobody has set it; at most slots.")

    private static let lives = Duration.seconds(60) ... .seconds(3650 * 86_400)

    /// - Parameter state: the final state of the jobs it is about.
    func retention(_ state: String) -> Setting<Duration?> {
        Setting(
            "retention.\(state)", .either(.duration(Self.lives), or: "forever"),
            .seconds(30 * 86_400), "How long jobs that ended \(state) are kept, with what they wrote.")
    }

    /// - Parameter state: the final state of the graphs it is about.
    func graphRetention(_ state: String) -> Setting<GraphLife> {
        Setting(
            "retention.graph.\(state)", .graphLife(Self.lives), .same,
            "The same of whole graphs that ended \(state); same: as retention.\(state) says.")
    }
}
