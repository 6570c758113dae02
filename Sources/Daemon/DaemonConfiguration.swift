package import Logging
package import Model
package import Ports

/// Everything about a daemon that can be set, read once and checked as a whole.
///
/// A value comes from a flag, else from the environment, else from the file, else it is the default. `Docs/Configuration.md` has the same in
/// one table, which a test holds equal to this.
package struct DaemonConfiguration: Sendable {
    /// Where clients find the daemon: a Unix socket.
    ///
    /// Range: at most 107 bytes, which is what a socket's address holds (unix(7)).
    ///
    /// Default: `control.sock` in the data folder, because the
    /// folder for runtime files is taken away at logout, and the daemon lives on.
    package let socket: String
    /// How long the daemon waits without an open job and without a request before it ends by itself; `nil`: it stays.
    ///
    /// Range: 100 ms to 30 d.
    ///
    /// Default: never, since whoever starts it by hand or by systemd wants it there; a daemon that was started by need
    /// gets ten minutes.
    package let idleExit: Duration?
    /// What becomes of running jobs at SIGTERM, SIGINT and `caisson` asking the daemon to stop.
    ///
    /// Default: leave, because no work is lost by it: containers go on and are adopted.
    package let drain: DrainMode
    /// How long a drain may take; what is left then is left for the next daemon.
    ///
    /// Range: 0 s to 24 h.
    ///
    /// Default: 60 s, below the 90 s after which systemd kills.
    package let drainLimit: Duration
    /// The least level that is logged.
    ///
    /// Default: info, some lines for each job.
    package let logLevel: Logger.Level
    /// Where the log goes.
    ///
    /// Default: stderr on a terminal, else `daemon.log` in the data folder.
    package let logFile: LogTarget
    /// How its lines are written.
    ///
    /// Default: logfmt, which people and programs can read.
    package let logFormat: LogFormat
    /// Bytes of a log file before it is put aside.
    ///
    /// Range: 64 KiB to 1 GiB. Default: 10 MiB, some hundred thousand lines.
    package let logSize: ByteCount
    /// Log files that are kept, the present one among them.
    ///
    /// Range: 1 to 100. Default: 5, so 50 MiB in all.
    package let logCount: Int
    /// Jobs that run at once, in all queues.
    ///
    /// Range: 1 to 512. Default: 64; memory usually ends earlier.
    package let slots: Int
    /// Containers that are created and started at once.
    ///
    /// Range: 1 to 32. Default: 8, from where on an engine gets no faster.
    package let startsAtOnce: Int
    /// How many times the machine's cores are given to jobs.
    ///
    /// Range: 1 to 64. Default: 8: a share, since most jobs wait most of the time.
    package let cpuOvercommit: Int
    /// The machine's memory that all jobs may use together; never overcommitted.
    ///
    /// Range: 1 % to 95 %, or 64 MiB to 64 TiB.
    ///
    /// Default: 75 %, the rest is for the engine, the system and the daemon.
    package let memory: MemoryShare
    /// How long the container of a failed job is kept, stopped, to be looked at.
    ///
    /// Range: 0 s (not at all) to 7 d. Default: 0 s: most people never look, and an engine gets slower with many.
    package let keepFailed: Duration
    /// Containers that are so kept at most; the oldest one goes first.
    ///
    /// Range: 1 to 100. Default: 10.
    package let keepFailedCount: Int
    /// Time between two looks at the engine for what nobody owns.
    ///
    /// Range: 1 s to 1 h. Default: 30 s: events wake it earlier.
    package let reapInterval: Duration
    /// Time between two rounds of housekeeping.
    ///
    /// Range: 1 min to 1 d. Default: 1 h: what is kept too long by that does not matter, and nothing is looked at often.
    package let housekeepingInterval: Duration
    /// How long finished jobs are kept, by their state.
    package let retention: Retention
    /// What a queue has that nobody has set anything for.
    package let queueDefaults: QueueDefaults

    /// The configuration file that was read.
    package let path: String?
    /// All settings with their values and origins, in the order of the documentation.
    package let entries: [SettingEntry]

    /// How long finished jobs are kept; `nil`: for ever.
    ///
    /// Range: 1 min to 10 years. Default: 30 d.
    package struct Retention: Sendable, Hashable {
        package let succeeded, failed, timedOut, oomKilled, cancelled, skipped, denied, errored: Duration?
        /// How long whole graphs are kept, by the states in which they can end.
        ///
        /// Range: as above, and `same`. Default: same, since most people mean both.
        package let graphSucceeded, graphFailed, graphCancelled: GraphLife
        /// Finished jobs and graphs that are kept at most, whatever their age; `nil`: any number.
        ///
        /// Range: 1 to 100 millions. Default: all.
        package let historyCount: Int?
    }

    package struct QueueDefaults: Sendable, Hashable {
        /// The queue's share of turns among those that have something to run.
        ///
        /// Range: 1 to 1000. Default: 1, all alike.
        package let weight: Int
        /// Jobs of the queue that run at once; `nil`: as many as there are slots.
        ///
        /// Range: 1 to 512. Default: all.
        package let slots: Int?
    }

    /// All keys, in the order of the documentation.
    package static let keys = documented.map(\.key)

    /// All settings with their defaults, the data folder being `HOME`.
    package static var documented: [SettingEntry] {
        var reader = SettingReader(SettingSources())
        _ = DaemonConfiguration(Settings(home: "HOME"), path: nil, &reader)
        return reader.entries
    }

    /// Reads the settings of the daemon of a data folder.
    ///
    /// - Parameter isByNeed: whether it is started by a client, and not to stay.
    /// - Throws: ``ConfigurationMistakes`` with everything that is wrong.
    package init(home: String, sources: SettingSources, isByNeed: Bool = false) throws(ConfigurationMistakes) {
        var reader = SettingReader(sources)
        self.init(Settings(home: home, isByNeed: isByNeed), path: sources.path, &reader)
        guard reader.mistakes.isEmpty else { throw ConfigurationMistakes(mistakes: reader.mistakes) }
    }

    /// Where a client finds the daemon: of all settings the only one that it needs.
    ///
    /// - Throws: ``ConfigurationMistakes`` if the file cannot be read, or the path cannot be used.
    package static func socket(home: String, sources: SettingSources) throws(ConfigurationMistakes) -> String {
        var reader = SettingReader(sources)
        let socket = reader.value(Settings(home: home).socket)
        guard reader.mistakes.isEmpty else { throw ConfigurationMistakes(mistakes: reader.mistakes) }
        return socket
    }

    private init(_ settings: Settings, path: String?, _ reader: inout SettingReader) {
        socket = reader.value(settings.socket)
        idleExit = reader.value(settings.idleExit)
        drain = reader.value(settings.drain)
        drainLimit = reader.value(settings.drainLimit)
        logLevel = reader.value(settings.logLevel)
        logFile = reader.value(settings.logFile)
        logFormat = reader.value(settings.logFormat)
        logSize = reader.value(settings.logSize)
        logCount = reader.value(settings.logCount)
        slots = reader.value(settings.slots)
        startsAtOnce = reader.value(settings.startsAtOnce)
        cpuOvercommit = reader.value(settings.cpuOvercommit)
        memory = reader.value(settings.memory)
        keepFailed = reader.value(settings.keepFailed)
        keepFailedCount = reader.value(settings.keepFailedCount)
        reapInterval = reader.value(settings.reapInterval)
        housekeepingInterval = reader.value(settings.housekeepingInterval)
        retention = Retention(
            succeeded: reader.value(settings.retention("succeeded")),
            failed: reader.value(settings.retention("failed")),
            timedOut: reader.value(settings.retention("timed_out")),
            oomKilled: reader.value(settings.retention("oom_killed")),
            cancelled: reader.value(settings.retention("cancelled")),
            skipped: reader.value(settings.retention("skipped")), denied: reader.value(settings.retention("denied")),
            errored: reader.value(settings.retention("errored")),
            graphSucceeded: reader.value(settings.graphRetention("succeeded")),
            graphFailed: reader.value(settings.graphRetention("failed")),
            graphCancelled: reader.value(settings.graphRetention("cancelled")),
            historyCount: reader.value(settings.historyCount))
        queueDefaults = QueueDefaults(
            weight: reader.value(settings.queueWeight), slots: reader.value(settings.queueSlots))
        if let own = queueDefaults.slots, own > slots {
            reader.fail(
                settings.queueSlots.key, allowed: "at most slots (\(slots))",
                remedy: "Lower it, raise slots, or write all.")
        }
        if case .file(socket) = logFile {
            reader.fail(settings.logFile.key, allowed: "another path than socket", remedy: "Give each its own path.")
        }
        (self.path, entries) = (path, reader.entries)
    }
}

/// A part of a machine's memory.
package enum MemoryShare: Sendable, Hashable {
    case percent(Int)
    case bytes(ByteCount)

    /// - Parameter total: the memory of the machine that the engine runs on.
    package func amount(of total: ByteCount) -> ByteCount {
        switch self {
        case .percent(let percent): ByteCount(bytes: total.bytes / 100 * Int64(percent))
        case .bytes(let count): min(count, total)
        }
    }
}

/// How long graphs are kept that ended in one state.
package enum GraphLife: Sendable, Hashable {
    /// As long as jobs that ended so.
    case same
    case forever
    case life(Duration)
}

/// Where a log goes.
package enum LogTarget: Sendable, Hashable {
    /// To stderr if that is a terminal, else to a file in the data folder.
    case automatic
    case standardError
    case file(String)
}

/// How the lines of a log are written.
package enum LogFormat: String, Sendable, CaseIterable {
    case logfmt, json
}
