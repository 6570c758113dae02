import Foundation
import Model
import Testing

@Suite struct LimitsTests {
    struct Bound: Sendable, CustomTestStringConvertible {
        let field: String
        /// The smallest and the largest allowed value, and the nearest ones that are not.
        let set: @Sendable (inout Limits, Int64) -> Void
        let allowed: [Int64]
        let refused: [Int64]
        var testDescription: String { field }
    }

    static let bounds: [Bound] = [
        Bound(
            field: "limits.cpus", set: { $0.milliCPUs = Int($1) }, allowed: [10, 1_024_000],
            refused: [9, 0, -1, 1_024_001]),
        Bound(
            field: "limits.memory", set: { $0.memory = ByteCount(bytes: $1) }, allowed: [1 << 40],
            refused: [(16 << 20) - 1, 0, -1, (1 << 40) + 1]),
        Bound(field: "limits.pids", set: { $0.pids = Int($1) }, allowed: [2, 32_768], refused: [1, 0, -1, 32_769]),
        Bound(
            field: "limits.output", set: { $0.output = ByteCount(bytes: $1) }, allowed: [1024, 1 << 30],
            refused: [1023, 0, -1, (1 << 30) + 1]),
        Bound(
            field: "limits.result", set: { $0.result = ByteCount(bytes: $1) }, allowed: [1024, 16 << 20],
            refused: [1023, 0, -1, (16 << 20) + 1]),
        Bound(
            field: "limits.artifacts", set: { $0.artifacts = ByteCount(bytes: $1) }, allowed: [1024, 1 << 30],
            refused: [1023, 0, -1, (1 << 30) + 1]),
        Bound(
            field: "limits.work", set: { $0.work = ByteCount(bytes: $1) }, allowed: [1 << 20],
            refused: [(1 << 20) - 1, 0, -1, (1 << 40) + 1]),
        Bound(
            field: "limits.tmp", set: { $0.tmp = ByteCount(bytes: $1) }, allowed: [1 << 20],
            refused: [(1 << 20) - 1, 0, -1, (1 << 40) + 1]),
        Bound(
            field: "limits.files", set: { $0.files = Int($1) }, allowed: [128, 65_536], refused: [127, 0, -1, 65_537]),
        Bound(
            field: "limits.start", set: { $0.start = .milliseconds($1) }, allowed: [1000, 600_000],
            refused: [999, 0, -1, 600_001]),
        Bound(
            field: "limits.run", set: { $0.run = .milliseconds($1) }, allowed: [100, 86_400_000],
            refused: [99, 0, -1, 86_400_001]),
        Bound(
            field: "limits.queue", set: { $0.queue = .milliseconds($1) }, allowed: [1000, 2_592_000_000],
            refused: [999, 0, -1, 2_592_000_001]),
        Bound(
            field: "limits.pull", set: { $0.pull = .milliseconds($1) }, allowed: [1000, 3_600_000],
            refused: [999, 0, -1, 3_600_001]),
        Bound(
            field: "limits.total", set: { $0.total = .milliseconds($1) }, allowed: [65_000, 2_678_400_000],
            refused: [999, 0, -1, 2_678_400_001]),
        Bound(
            field: "limits.grace", set: { $0.grace = .milliseconds($1) }, allowed: [0, 600_000],
            refused: [-1, 600_001]),
    ]

    @Test("memory, /work and /tmp are whole pages: anything else would not be in force as it was asked for")
    func pages() throws {
        for field in LimitField.allCases where field.unit == .bytes {
            var limits = Samples.limits
            let amount = field.amount(in: limits) + 1
            field.set(amount, in: &limits)
            let isPaged = [LimitField.memory, .work, .tmp].contains(field)
            #expect(limits.mistakes.map(\.message).contains { $0.contains("multiple of 4KiB") } == isPaged, "\(field)")
            let text = field.text(amount)
            if isPaged {
                #expect(throws: ModelError.outOfRange(field: "x", value: text, allowed: "a multiple of 4KiB")) {
                    try field.amount(text: text, field: "x")
                }
            } else {
                #expect(try field.amount(text: text, field: "x") == amount)
            }
        }
    }

    @Test("a limit is allowed up to both of its ends, and beyond them named with its range", arguments: bounds)
    func bound(_ bound: Bound) throws {
        for value in bound.allowed {
            var limits = Samples.limits
            if bound.field != "limits.total" { limits.total = .seconds(31 * 86_400) }
            bound.set(&limits, value)
            #expect(limits.mistakes == [], "\(value)")
        }
        for value in bound.refused {
            var limits = Samples.limits
            bound.set(&limits, value)
            #expect(limits.mistakes.count == 1, "\(value)")
            let mistake = try #require(limits.mistakes.first)
            guard case .outOfRange(let field, _, let allowed) = mistake else {
                Issue.record("\(mistake)")
                continue
            }
            #expect(field == bound.field)
            #expect(allowed.contains(" ... "))
            #expect(mistake.code == .invalidInput)
            #expect(mistake.remedy?.contains(allowed) == true)
        }
    }

    @Test("every limit is in the table")
    func complete() {
        #expect(Mirror(reflecting: Samples.limits).children.count == Self.bounds.count)
    }

    @Test("what both tmpfs mounts and the cell may take must fit into the memory")
    func sum() {
        var limits = Samples.limits
        limits.memory = .mebibytes(64 + 16 + 16)
        #expect(limits.mistakes == [])
        limits.memory = ByteCount(bytes: limits.memory.bytes - 1)
        #expect(limits.mistakes.count == 1)
        limits.memory = .mebibytes(16)
        limits.work = .gibibytes(1024)
        #expect(limits.mistakes.count == 1)
    }

    @Test("the total clock must leave time for the run and its grace")
    func total() throws {
        var limits = Samples.limits
        (limits.run, limits.grace, limits.total) = (.seconds(60), .seconds(5), .seconds(65))
        #expect(limits.mistakes == [])
        limits.total = .milliseconds(64_999)
        #expect(limits.mistakes.count == 1)
        #expect(limits.conflicts.map(\.fields) == [[.total, .run, .grace]])
    }

    @Test("a longer run makes the total longer, unless that is given, too; a shorter one leaves it alone")
    func setting() {
        let limits = Samples.limits
        let longer = limits.setting([.run: 86_400_000, .pids: 7])
        #expect(longer.total == limits.total + .seconds(86_400) - limits.run)
        #expect(longer.pids == 7)
        #expect(longer.mistakes == [])
        #expect(limits.setting([.run: 100]).total == limits.total)
        #expect(limits.setting([.run: 100_000, .total: 200_000]).total == .seconds(200))
    }

    @Test("all limits that are wrong are named at once")
    func allAtOnce() {
        var limits = Limits(
            milliCPUs: 0, memory: ByteCount(bytes: 0), pids: 0, output: ByteCount(bytes: 0),
            result: ByteCount(bytes: 0), artifacts: ByteCount(bytes: 0), work: ByteCount(bytes: 0),
            tmp: ByteCount(bytes: 0), files: 0, start: .zero, run: .zero, grace: .seconds(-1))
        #expect(limits.mistakes.count == 12)
        (limits.queue, limits.pull, limits.total) = (.zero, .zero, .zero)
        #expect(limits.mistakes.count == 15)
    }

    @Test("the stored form has units in its names, rounds, and knows no missing limit")
    func stored() throws {
        let bytes = try JSONEncoder().encode(Samples.limits)
        #expect(try JSONDecoder().decode(Limits.self, from: bytes) == Samples.limits)
        let value = try JSONDecoder().decode(JSONValue.self, from: bytes)
        #expect(
            value == [
                "cpus_thousandths": 1000, "memory_bytes": 268_435_456, "pids": 64, "output_bytes": 10_485_760,
                "result_bytes": 1_048_576, "artifacts_bytes": 67_108_864, "work_bytes": 67_108_864,
                "tmp_bytes": 16_777_216, "files": 256, "queue_ms": 3_600_000, "pull_ms": 300_000,
                "start_ms": 30_000, "run_ms": 60_000, "grace_ms": 5000, "total_ms": 7_200_000,
            ])
        // The first release knew neither of these.
        let later: Set = ["queue_ms", "pull_ms", "total_ms"]
        for name in try #require(value.objectValue).keys where !later.contains(name) {
            var members = try #require(value.objectValue)
            members[name] = nil
            let torn = try JSONEncoder().encode(JSONValue.object(members))
            #expect(throws: DecodingError.self, "\(name)") { try JSONDecoder().decode(Limits.self, from: torn) }
        }
    }
}
