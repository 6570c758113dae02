import Logging
import Model
import Ports
import Scheduler
import Synchronization
import TestSupport
import Testing

/// Rounds, with a store and files that do as they are told.
@Suite struct HousekeeperTests {
    private static func blob(_ digit: String) -> BlobReference {
        BlobReference(digest: "sha256:" + String(repeating: digit, count: 64), size: .mebibytes(1))
    }

    private static func report(_ rows: Int, files: [BlobReference] = [], isMore: Bool = false) -> RetentionReport {
        var report = RetentionReport()
        (report.roots, report.rows, report.blobs, report.files, report.isMore) = (1, rows, files.count, files, isMore)
        return report
    }

    private func housekeeper(
        _ world: FakeUpkeep, historyCount: Int? = nil, clock: StepClock = StepClock()
    ) -> Housekeeper {
        Housekeeper(
            store: world, blobs: world, spools: world,
            configuration: .init(historyCount: historyCount), clock: clock, wallClock: FixedWallClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("it goes on until nothing is left, each step's files right after their rows, the rest at the end")
    func steps() async throws {
        let world = FakeUpkeep([
            .success(Self.report(2000, files: [Self.blob("a"), Self.blob("b")], isMore: true)),
            .success(Self.report(7)),
        ])
        let summary = try await housekeeper(world).round()
        #expect(
            world.calls == [
                "retire 2000", "remove 2 files", "retire 2000", "checkpoint", "remove all files", "remove spools",
            ])
        #expect((summary.roots, summary.jobs, summary.blobs, summary.files, summary.spools) == (2, 2007, 2, 3, 1))
    }

    @Test("a round with nothing to do writes nothing")
    func nothing() async throws {
        let world = FakeUpkeep([.success(RetentionReport())])
        _ = try await housekeeper(world).round()
        #expect(world.calls == ["retire 2000", "remove all files", "remove spools"])
    }

    @Test("what is too much is asked for once in a round, and holds for each of its steps")
    func history() async throws {
        let world = FakeUpkeep([.success(Self.report(1, isMore: true)), .success(Self.report(1))])
        _ = try await housekeeper(world, historyCount: 10).round()
        #expect(world.calls.filter { $0 == "history 10" }.count == 1)
        #expect(world.marks == [FakeUpkeep.mark, FakeUpkeep.mark])
    }

    @Test("on a full disk the steps become smaller, and the log is written back between them")
    func fullDisk() async throws {
        let full = Result<RetentionReport, StoreError>.failure(.noSpace(path: "db"))
        let world = FakeUpkeep([
            full, .success(Self.report(200, files: [Self.blob("a")], isMore: true)), full, .success(Self.report(3)),
        ])
        let summary = try await housekeeper(world).round()
        #expect(
            world.calls == [
                "retire 2000", "checkpoint", "retire 200", "remove 1 files", "checkpoint", "retire 200", "checkpoint",
                "retire 20", "checkpoint", "checkpoint", "remove all files", "remove spools",
            ])
        #expect(summary.jobs == 203)
    }

    @Test("when not even that fits, files that nobody names go first; then it is tried once more")
    func noRoomAtAll() async throws {
        let full = Result<RetentionReport, StoreError>.failure(.noSpace(path: "db"))
        let world = FakeUpkeep([full, full, full, .success(Self.report(1))])
        _ = try await housekeeper(world).round()
        #expect(
            world.calls == [
                "retire 2000", "checkpoint", "retire 200", "checkpoint", "retire 20", "remove all files",
                "remove spools", "checkpoint", "retire 2000", "checkpoint", "remove all files", "remove spools",
            ])
        let hopeless = FakeUpkeep([full, full, full, full, full, full])
        await #expect(throws: StoreError.noSpace(path: "db")) { try await housekeeper(hopeless).round() }
    }

    @Test("files that cannot be removed, and a log that cannot be written back, hold nothing up")
    func obstacles() async throws {
        let world = FakeUpkeep(
            [.success(Self.report(1, files: [Self.blob("a")], isMore: true)), .success(Self.report(1))], isBroken: true)
        let summary = try await housekeeper(world).round()
        #expect(summary.jobs == 2)
        #expect(world.calls.suffix(2) == ["remove all files", "remove spools"])
    }

    @Test("a round follows another after the interval, and one that failed after a minute")
    func rhythm() async throws {
        let world = FakeUpkeep([
            .success(RetentionReport()), .failure(.corrupt(detail: "x")), .success(RetentionReport()),
        ])
        let clock = StepClock()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await housekeeper(world, clock: clock).run() }
            await clock.waitForSleeper(until: .seconds(3600))
            #expect(world.rounds == 1)
            clock.advance(to: .seconds(3600))
            await clock.waitForSleeper(until: .seconds(3660))
            #expect(world.rounds == 2)
            clock.advance(to: .seconds(3660))
            await clock.waitForSleeper(until: .seconds(7260))
            #expect(world.rounds == 3)
            group.cancelAll()
        }
        #expect(Housekeeper.Configuration(interval: .seconds(1)).interval == .seconds(60))
    }
}

/// Gives the answers that it was given, and writes down what it is asked.
private final class FakeUpkeep: RetentionStore, BlobLeftovers, SpoolLeftovers {
    static let mark = RetentionMark(endedAt: WallTime(milliseconds: 5), ordinal: 6)

    private struct State {
        var answers: [Result<RetentionReport, StoreError>]
        var calls: [String] = []
        var marks: [RetentionMark?] = []
    }

    private let state: Mutex<State>
    /// Whether files cannot be removed, and the log cannot be written back.
    private let isBroken: Bool

    init(_ answers: [Result<RetentionReport, StoreError>], isBroken: Bool = false) {
        state = Mutex(State(answers: answers))
        self.isBroken = isBroken
    }

    var calls: [String] { state.withLock(\.calls) }
    var marks: [RetentionMark?] { state.withLock(\.marks) }
    var rounds: Int { calls.count { $0.hasPrefix("retire") } }

    private func note(_ call: String) { state.withLock { $0.calls.append(call) } }

    private func obstacle() throws(StoreError) {
        if isBroken { throw .unavailable(path: "x", reason: "it is broken") }
    }

    func retire(
        _ policy: RetentionPolicy, atMost most: Int, at now: WallTime
    ) async throws(StoreError) -> RetentionReport {
        note("retire \(most)")
        let answer = state.withLock { state in
            state.marks.append(policy.historyEnd)
            return state.answers.isEmpty ? .success(RetentionReport()) : state.answers.removeFirst()
        }
        return try answer.get()
    }

    func historyEnd(keeping count: Int) async throws(StoreError) -> RetentionMark? {
        note("history \(count)")
        return Self.mark
    }

    func unknownBlobs(among digests: [String]) async throws(StoreError) -> [String] { digests }
    func attemptsWithSandboxes() async throws(StoreError) -> Set<AttemptID> { [] }

    func checkpoint() async throws(StoreError) {
        note("checkpoint")
        try obstacle()
    }

    func removeUnknown(
        among digests: [String]?, unusedFor age: Duration, at now: WallTime,
        _ unknown: (_ digests: [String]) async throws(StoreError) -> [String]
    ) async throws(StoreError) -> Int {
        note("remove \(digests.map { "\($0.count)" } ?? "all") files")
        try obstacle()
        return try await unknown(digests ?? ["sha256:x"]).count
    }

    func removeAbandoned(_ open: () async throws(StoreError) -> Set<AttemptID>) async throws(StoreError) -> Int {
        note("remove spools")
        try obstacle()
        return try await open().count + 1
    }
}
