/// One limit, by the name under which flags, documents, profiles and errors know it: its unit, its range, how it is written.
///
/// An amount is a whole number of the smallest unit: thousandths of a core, bytes, milliseconds, or things.
package enum LimitField: String, Sendable, Hashable, CaseIterable {
    case cpus, memory, pids, output, result, artifacts, work, tmp, files, queue, pull, start, run, total, grace

    /// What an amount counts, and so how it is written.
    package enum Unit: Sendable, Hashable {
        /// Cores, with up to three decimals: `0.5`.
        case cores
        /// A whole number: `64`.
        case count
        /// A size: `256MiB`.
        case bytes
        /// A duration: `60s`.
        case time
    }

    package var unit: Unit {
        switch self {
        case .cpus: .cores
        case .pids, .files: .count
        case .memory, .output, .result, .artifacts, .work, .tmp: .bytes
        case .queue, .pull, .start, .run, .total, .grace: .time
        }
    }

    /// The amounts that are allowed.
    ///
    /// - Source: Engine API 1.41 (`Memory` of at least 6 MiB); what the cell and the tool's start need.
    package var range: ClosedRange<Int64> {
        switch self {
        case .cpus: 10...1_024_000
        case .memory: 16 << 20...1 << 40
        case .pids: 2...32_768
        case .output, .artifacts: 1 << 10...1 << 30
        case .result: 1 << 10...16 << 20
        case .work, .tmp: 1 << 20...1 << 40
        case .files: 128...65_536
        case .queue: 1000...30 * 86_400_000
        case .pull: 1000...3_600_000
        case .start: 1000...600_000
        case .run: 100...86_400_000
        case .total: 1000...31 * 86_400_000
        case .grace: 0...600_000
        }
    }

    /// What an amount must be a multiple of: the kernel gives out memory, and a tmpfs its room, in whole pages, so that what is in
    /// force would otherwise not be what was asked for.
    package var granularity: Int64 {
        switch self {
        case .memory, .work, .tmp: Self.pageSize
        case .cpus, .pids, .output, .result, .artifacts, .files, .queue, .pull, .start, .run, .total, .grace: 1
        }
    }

    /// Bytes of a page of memory.
    package static let pageSize: Int64 = 4096

    /// What the limit is, for people.
    package var summary: String {
        switch self {
        case .cpus: "CPU time per wall time, in cores."
        case .memory: "Memory, swap included, and the pages of /work and /tmp included."
        case .pids: "Processes and threads together, the cell included."
        case .output: "Stdout and stderr, each."
        case .result: "The result file."
        case .artifacts: "All artifacts together."
        case .work: "What fits into /work, in pages of 4KiB."
        case .tmp: "What fits into /tmp, in pages of 4KiB."
        case .files: "Open files of one process."
        case .queue: "From the acceptance of the job to its first start of a sandbox."
        case .pull: "To get the image."
        case .start: "From the start of the container to the proof of its confinement."
        case .run: "From the start of the tool to its end."
        case .total: "From the acceptance of the job to the end of its tool; at least run + grace."
        case .grace: "Between TERM and KILL."
        }
    }

    // MARK: In limits

    private enum Place {
        case number(WritableKeyPath<Limits, Int>)
        case size(WritableKeyPath<Limits, ByteCount>)
        case time(WritableKeyPath<Limits, Duration>)
    }

    private var place: Place {
        switch self {
        case .cpus: .number(\.milliCPUs)
        case .memory: .size(\.memory)
        case .pids: .number(\.pids)
        case .output: .size(\.output)
        case .result: .size(\.result)
        case .artifacts: .size(\.artifacts)
        case .work: .size(\.work)
        case .tmp: .size(\.tmp)
        case .files: .number(\.files)
        case .queue: .time(\.queue)
        case .pull: .time(\.pull)
        case .start: .time(\.start)
        case .run: .time(\.run)
        case .total: .time(\.total)
        case .grace: .time(\.grace)
        }
    }

    package func amount(in limits: Limits) -> Int64 {
        switch place {
        case .number(let path): Int64(limits[keyPath: path])
        case .size(let path): limits[keyPath: path].bytes
        case .time(let path): limits[keyPath: path].wholeMilliseconds
        }
    }

    package func set(_ amount: Int64, in limits: inout Limits) {
        switch place {
        case .number(let path): limits[keyPath: path] = Int(amount)
        case .size(let path): limits[keyPath: path] = ByteCount(bytes: amount)
        case .time(let path): limits[keyPath: path] = .milliseconds(amount)
        }
    }
}
