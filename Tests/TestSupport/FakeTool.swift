import CellWire
import Model
import Ports

/// What a ``FakeEngine`` can run: `true`, `false`, `cat`, and `sh -c` with the few commands below, separated by `; `.
///
/// | `echo WORDS [>&2]` | `cat [FILE]` | `cp FROM TO` | `sleep SECONDS` | `exit N` | `kill -KILL $$` |
///
/// Everything else is a command that the image does not have. A sleep ends by the run clock, a cancel, or with its container.
struct FakeTool {
    /// What is around a tool.
    struct World {
        let clock: any Clock<Duration>
        let cancelling: Latch
        let containerEnd: Latch
        let spool: (_ bytes: [UInt8], _ channel: UpChannel) async throws(EngineError) -> Void
    }

    private let spec: CellSpec
    private var files: [String: [UInt8]] = [:]
    private var stdin: [UInt8] = []
    private var record = CellRecord()

    /// Writes the input files, and reads the input.
    init(_ order: WorkOrder) async throws(EngineError) {
        spec = order.spec
        do throws(StoreError) {
            for input in order.files { files[input.file.path] = try await Self.bytes(of: input.source) }
            if let source = order.stdin { stdin = try await Self.bytes(of: source) }
        } catch {
            throw .store(error)
        }
    }

    private static func bytes(of source: any InputSource) async throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await source.next() { bytes += piece }
        return bytes
    }

    /// What was asked for, the result file first; without bytes where there is no such file.
    var collected: [(path: String, bytes: [UInt8]?)] {
        ([spec.resultPath].filter { !$0.isEmpty } + spec.artifactPaths).map { ($0, files[$0]) }
    }

    mutating func run(in world: World) async throws(EngineError) -> CellRecord {
        switch spec.command.first {
        case "true": record.exitCode = 0
        case "false": record.exitCode = 1
        case "cat": try await runScript([spec.command.joined(separator: " ")], in: world)
        case "sh" where spec.command.count == 3:
            try await runScript(spec.command[2].split(separator: "; ").map(String.init), in: world)
        default:
            record.cause = .notStarted
            record.startError = 2
        }
        record.stdoutTruncated = record.stdoutBytes > spec.outputCap
        record.stderrTruncated = record.stderrBytes > spec.outputCap
        return record
    }

    private mutating func runScript(_ commands: [String], in world: World) async throws(EngineError) {
        for command in commands where !hasEnded {
            let words = command.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("echo", _) where words.last == ">&2":
                try await write(words.dropFirst().dropLast().joined(separator: " ") + "\n", to: .stderr, in: world)
            case ("echo", _): try await write(words.dropFirst().joined(separator: " ") + "\n", to: .stdout, in: world)
            case ("cat", 1): try await write(stdin, to: .stdout, in: world)
            case ("cat", 2): try await write(files[words[1]] ?? [], to: .stdout, in: world)
            case ("cp", 3): files[words[2]] = files[words[1]]
            case ("exit", 2): record.exitCode = Int(words[1])
            case ("sleep", 2): await rest(.seconds(Int(words[1]) ?? 0), in: world)
            case ("kill", 3): record.signal = 9
            default: record.exitCode = 127
            }
        }
        if !hasEnded { record.exitCode = 0 }
    }

    private var hasEnded: Bool { record.exitCode != nil || record.signal != nil }

    private mutating func write(_ text: String, to channel: UpChannel, in world: World) async throws(EngineError) {
        try await write(Array(text.utf8), to: channel, in: world)
    }

    /// What is beyond the cap is counted and dropped.
    private mutating func write(_ bytes: [UInt8], to channel: UpChannel, in world: World) async throws(EngineError) {
        let before = channel == .stdout ? record.stdoutBytes : record.stderrBytes
        if channel == .stdout { record.stdoutBytes += bytes.count } else { record.stderrBytes += bytes.count }
        try await world.spool(Array(bytes.prefix(max(spec.outputCap - before, 0))), channel)
    }

    private mutating func rest(_ time: Duration, in world: World) async {
        let limit = Duration.milliseconds(spec.runMilliseconds)
        let (clock, cancelling, end) = (world.clock, world.cancelling, world.containerEnd)
        let cause = await withTaskGroup(of: CellRecord.EndCause.self) { group in
            group.addTask {
                try? await clock.sleep(for: min(time, limit))  // ignored: only cancellation ends a sleep early
                return time < limit ? .ended : .clock
            }
            group.addTask {
                await cancelling.wait()
                return .cancelled
            }
            group.addTask {
                await end.wait()
                return .cancelled
            }
            let first = await group.next() ?? .ended
            group.cancelAll()
            return first
        }
        guard cause != .ended else { return }
        record.cause = cause
        record.signal = 15
    }
}
