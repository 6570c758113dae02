import ArgumentParser
import CellWire
import ControlWire
import Daemon
import Model
import Ports

/// `caisson show`: one job with everything that is known of it.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one job, graph or approval: its state, what it needs, its confinement, its phases.",
        discussion: "Example: `caisson show @latest`.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, now: WallTime, output: Output) async throws {
        let summary = try await reader.summary(job)
        guard summary.kind == .job else {
            return try await show(summary, reader: reader, now: now, output: output)
        }
        let job = try await reader.job("\(summary.id)")
        let attempts = try await reader.attempts(of: job.id)
        guard form.form == .table else {
            let view = JobView(job, attempts: attempts, events: try await reader.events(of: job.id))
            return try output.json(ShowView(view, needs: try await needs(of: summary, reader: reader)))
        }
        for line in try await head(summary, reader: reader, now: now) + Self.lines(job) { try output.line(line) }
        for attempt in attempts {
            try output.line("")
            for line in Self.lines(attempt, of: job) { try output.line(line) }
        }
    }

    /// Of what runs nothing: a graph, a fan-out, an approval.
    private func show(_ summary: JobSummary, reader: any JobReader, now: WallTime, output: Output) async throws {
        guard form.form == .table else {
            var view = JobView(summary)
            view.events = try await reader.events(of: summary.id).map { EventView($0) }
            return try output.json(ShowView(view, needs: try await needs(of: summary, reader: reader)))
        }
        for line in try await head(summary, reader: reader, now: now) { try output.line(line) }
    }

    private func needs(of job: JobSummary, reader: any JobReader) async throws -> [NeedRecord] {
        try await reader.needs(in: job.root, limit: TreeCommand.mostNeeds).filter { $0.child == job.id }
    }

    /// What a job of any kind has.
    private func head(_ job: JobSummary, reader: any JobReader, now: WallTime) async throws -> [String] {
        var lines = JobHead.rows(job, now: now).map { Self.line($0.name, $0.value) }
        for need in try await needs(of: job, reader: reader) {
            let met = need.isMet.map { $0 ? "met" : "not met" } ?? "open"
            let on = Self.words(need.on)
            let name = TextTable.oneLine(need.parentName ?? "\(need.parent)", width: 63)
            lines.append(
                Self.line("needs", "\(name) \(on): \(met), it is \(need.parentState.rawValue) (\(need.parent))"))
        }
        if job.kind == .graph {
            let counts = TreeText.sorted(try await reader.counts(in: job.id)).map { "\($0.1) \($0.0.rawValue)" }
            lines.append(Self.line("jobs", counts.joined(separator: ", ")))
        }
        return lines
    }

    private static func words(_ outcome: Need.Outcome) -> String {
        switch outcome {
        case .ok: "ok"
        case .fail: "to fail"
        case .any: "to end"
        case .skipped: "to be skipped"
        case .when(let condition): "when \(TextTable.oneLine(condition, width: 80))"
        }
    }

    private static func lines(_ job: JobRecord) -> [String] {
        let limits = job.spec.limits
        let rows: [(String, String?)] = [
            ("command", TextTable.oneLine(job.spec.command.joined(separator: " "), width: 200)),
            ("image", "\(job.spec.imageName) (\(job.spec.imageID.prefix(19)))"),
            ("profile", job.spec.profile),
            (
                "limits",
                "cpus \(Double(limits.milliCPUs) / 1000), memory \(limits.memory), pids \(limits.pids), "
                    + "output \(limits.output), work \(limits.work), tmp \(limits.tmp), run \(limits.run.shortText)"
            ),
            (
                "clocks",
                "queue \(limits.queue.text), pull \(limits.pull.text), start \(limits.start.text), total \(limits.total.text)"
            ),
            ("effect", job.spec.effect.rawValue),
            (
                "retry",
                job.spec.retry.attempts == 1
                    ? nil
                    : "\(job.spec.retry.attempts) attempts, after \(job.spec.retry.base.text) to \(job.spec.retry.cap.text)"
            ),
        ]
        return rows.compactMap { name, value in value.map { line(name, $0) } }
    }

    private static func lines(_ attempt: AttemptRecord, of job: JobRecord) -> [String] {
        let state = attempt.state.rawValue + (attempt.reason.map { " (\($0))" } ?? "")
        var lines = [
            line("attempt", "\(attempt.id.number), \(state), container \(attempt.containerName)"),
            line("profile", "\(attempt.profileDigest.prefix(19))"),
        ]
        if let record = attempt.record { lines += self.lines(record, JobEnd(job: job, attempt: attempt)) }
        for artifact in attempt.artifacts {
            lines.append(
                line(
                    "artifact",
                    "\(TextTable.oneLine(artifact.path, width: 200)): \(artifact.blob.map { "\($0.size)" } ?? artifact.problem ?? "-")"
                ))
        }
        for change in attempt.changes {
            let what = change.blob.map { "\($0.size)" } ?? change.problem
            lines.append(
                line(
                    change.kind.rawValue,
                    "\(TextTable.oneLine(change.path, width: 200))\(what.map { ": \($0)" } ?? "")"))
        }
        if let seen = attempt.attestation { lines += self.lines(seen, tool: attempt.toolPosture) }
        let phases = attempt.phases.map { "\($0.name) \(Duration.microseconds($0.microseconds).shortText)" }
        if !phases.isEmpty { lines.append(line("phases", phases.joined(separator: ", "))) }
        return lines
    }

    private static func lines(_ record: CellRecord, _ end: JobEnd) -> [String] {
        let ending =
            record.signal.map { "signal \($0)" } ?? record.exitCode.map { "exit status \($0)" } ?? "not started"
        let used =
            "\(Duration.microseconds(record.runMicroseconds).shortText), CPU "
            + "\(Duration.microseconds(record.cpuMicroseconds).shortText), peak memory "
            + "\(ByteCount(bytes: Int64((record.peakMemoryBytes >> 10) << 10)))"
        let output = [("stdout", record.stdoutBytes), ("stderr", record.stderrBytes)].map { stream, count in
            let dropped = end.dropped.first { $0.stream == stream }?.count
            return "\(stream) \(count) bytes\(dropped.map { " (\($0) bytes were dropped at the limit)" } ?? "")"
        }
        let hit = record.limitsHit.filter(CellRecord.limitWords.contains).joined(separator: ", ")
        let refused = record.refusals.map { "\($0.name ?? "call \($0.number)") (\($0.count))" }.joined(separator: ", ")
        return [line("end", ending), line("used", used), line("output", output.joined(separator: ", "))]
            + (hit.isEmpty ? [] : [line("limits hit", hit)]) + (refused.isEmpty ? [] : [line("refused", refused)])
    }

    /// What the cell saw from inside, before and after it let the tool go.
    private static func lines(_ seen: Attestation, tool: ToolPosture?) -> [String] {
        let ids = "uid \(seen.userIDs.first ?? -1), gid \(seen.groupIDs.first ?? -1), "
        let privileges =
            "\(seen.capabilities == 0 ? "no capabilities" : "CAPABILITIES"), "
            + "\(seen.noNewPrivileges ? "no new privileges" : "NEW PRIVILEGES")"
        let filters = tool.map { "\($0.seccompFilters) filters on the tool" } ?? "none reported of the tool"
        let mounts = seen.mounts.filter { ["/", "/work", "/tmp", "/.caisson"].contains($0.path) }.map { mount in
            // The mount's own options stand before those of its file system.
            let known: Set<Substring> = ["ro", "rw", "noexec", "nosuid", "nodev"]
            let flags = mount.options.split(separator: ",").prefix { known.contains($0) }
            return "\(mount.path) \(mount.kind) \(flags.joined(separator: ","))"
        }
        return [
            line("confined", ids + privileges),
            line("", "seccomp mode \(seen.seccompMode), \(seen.seccompFilters) filter on the cell, \(filters)"),
            line("", "Landlock: \(Self.landlock(seen, tool: tool))"),
            line("", "network interfaces: \(seen.interfaces.joined(separator: ", "))"),
            line("", "mounts: \(mounts.joined(separator: "; "))"),
        ]
    }

    /// What of the kernel's Landlock is in force around the tool: that nothing is, must be seen.
    static func landlock(_ seen: Attestation, tool: ToolPosture?) -> String {
        switch (seen.landlockABI, tool?.landlockABI) {
        case (nil, _): "not reported"
        case (0?, _): "NONE in this kernel"
        case (_, let abi?) where abi > 0: "ABI \(abi), in force around the tool"
        case (let abi?, 0?): "NONE: ABI \(abi) of this kernel is too old"
        case (let abi?, _): "ABI \(abi) in this kernel, none reported of the tool"
        }
    }

    private static func line(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(2, 10 - name.count)) + value
    }
}
