/// What one job may use; every limit is finite and greater than zero.
///
/// - Source: Engine API 1.41 (`Memory` of at least 6 MiB).
package struct Limits: Sendable, Hashable {
    /// CPU time per wall time, in thousandths of a core: 10 to 1,024,000.
    package var milliCPUs: Int
    /// Memory, swap included, tmpfs pages included: 16 MiB to 1 TiB, in whole pages of 4 KiB; so are `work` and `tmp`.
    package var memory: ByteCount
    /// Processes and threads together, the cell included: 2 to 32,768.
    package var pids: Int
    /// Stdout and stderr, each: 1 KiB to 1 GiB.
    package var output: ByteCount
    /// The result file: 1 KiB to 16 MiB.
    package var result: ByteCount
    /// All artifacts together: 1 KiB to 1 GiB.
    package var artifacts: ByteCount
    /// The tmpfs at `/work`: 1 MiB to `memory`.
    package var work: ByteCount
    /// The tmpfs at `/tmp`: 1 MiB to `memory`.
    package var tmp: ByteCount
    /// Open files of one process: 128 (what the tool's start needs) to 65,536.
    package var files: Int
    /// From the acceptance of the job to its first lease: 1 s to 30 d.
    package var queue: Duration
    /// To get the image: 1 s to 1 h.
    package var pull: Duration
    /// From the start of the container to the cell's attestation: 1 s to 10 min.
    package var start: Duration
    /// From the start of the tool to its end: 100 ms to 24 h.
    package var run: Duration
    /// Between TERM and KILL: 0 to 10 min.
    package var grace: Duration
    /// From the acceptance of the job to the end of its tool, all attempts together: 1 s to 31 d.
    package var total: Duration

    /// What the cell itself needs beside the two tmpfs mounts.
    package static let cellReserve = ByteCount.mebibytes(16)

    package init(
        milliCPUs: Int, memory: ByteCount, pids: Int, output: ByteCount, result: ByteCount, artifacts: ByteCount,
        work: ByteCount, tmp: ByteCount, files: Int, queue: Duration = .seconds(3600), pull: Duration = .seconds(300),
        start: Duration, run: Duration, grace: Duration, total: Duration = .seconds(7200)
    ) {
        (self.milliCPUs, self.memory, self.pids, self.output) = (milliCPUs, memory, pids, output)
        (self.result, self.artifacts, self.work, self.tmp) = (result, artifacts, work, tmp)
        (self.files, self.queue, self.pull, self.start) = (files, queue, pull, start)
        (self.run, self.grace, self.total) = (run, grace, total)
    }

    /// Every limit that is out of its range, with the range; empty when all is well.
    package var mistakes: [ModelError] {
        let mistakes: [ModelError] = LimitField.allCases.compactMap { field in
            guard let wanted = field.wanted(insteadOf: field.amount(in: self)) else { return nil }
            return .outOfRange(field: "limits.\(field.rawValue)", value: field.text(in: self), allowed: wanted)
        }
        return mistakes.isEmpty ? conflicts.map(\.mistake) : mistakes
    }

    /// Where limits that are each in their range contradict each other, and which ones do.
    package var conflicts: [(mistake: ModelError, fields: [LimitField])] {
        var conflicts: [(ModelError, [LimitField])] = []
        // A tmpfs page is charged to the container: a full /work must not starve the cell.
        if work + tmp + Self.cellReserve > memory {
            let mistake = ModelError.outOfRange(
                field: "limits.work + limits.tmp + \(Self.cellReserve)", value: "\(work + tmp + Self.cellReserve)",
                allowed: "at most limits.memory (\(memory))")
            conflicts.append((mistake, [.memory, .work, .tmp]))
        }
        if total < run + grace {
            let mistake = ModelError.outOfRange(
                field: "limits.total", value: total.text,
                allowed: "at least limits.run + limits.grace (\((run + grace).text))")
            conflicts.append((mistake, [.total, .run, .grace]))
        }
        return conflicts
    }

    /// These limits with some set to other amounts; a longer run makes the total longer unless that is given, too.
    package func setting(_ amounts: [LimitField: Int64]) -> Limits {
        var limits = self
        for (field, amount) in amounts { field.set(amount, in: &limits) }
        if amounts[.total] == nil {
            limits.total += max(.zero, limits.run + limits.grace - run - grace)
        }
        return limits
    }
}
