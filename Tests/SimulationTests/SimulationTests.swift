import Foundation
import Simulation
import Testing

@Suite struct SimulationTests {
    /// Runs on a thread of its own, as a simulation blocks the one that it has.
    private func reports(_ seeds: Range<UInt64>, _ variant: Variant = .none) async throws -> [SimulationRun.Report] {
        let result: Result<[SimulationRun.Report], any Error> = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    returning: Result {
                        let simulation = try Simulation()
                        return try seeds.map { seed in
                            var options = SimulationRun.Options(seed: seed, variant: variant)
                            options.keepsDigest = true
                            return try simulation.report(options)
                        }
                    })
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        return try result.get()
    }

    /// How many seeds are tried for each of the four parts below; `Scripts/test` tries 500, `Scripts/nightly` 100,000 in all with the driver.
    private static let seedsPerPart: UInt64 =
        ProcessInfo.processInfo.environment["CAISSON_SIMULATIONS"].flatMap(UInt64.init) ?? 50

    @Test(
        "whatever happens, in whatever order, what was accepted comes to its one right end",
        arguments: [0, 1, 2, 3] as [UInt64])
    func everythingHolds(part: UInt64) async throws {
        let first = 1 + part * Self.seedsPerPart
        let reports = try await reports(first..<first + Self.seedsPerPart)
        for report in reports where !report.violations.isEmpty {
            let list = report.violations.prefix(10).joined(separator: "\n")
            Issue.record("seed \(report.seed) (simulation-driver --seed \(report.seed)):\n\(list)")
        }
        // They have really run, failed and died.
        let (tools, deaths) = (reports.map(\.toolRuns).reduce(0, +), reports.map(\.deaths).reduce(0, +))
        #expect(tools > reports.count)
        #expect(deaths > reports.count)
    }

    @Test("a seed always gives the same run", arguments: [4, 7, 11] as [UInt64])
    func seedsRepeat(seed: UInt64) async throws {
        let first = try await reports(seed..<seed + 1)
        let second = try await reports(seed..<seed + 1)
        #expect(!first[0].digest.isEmpty)
        #expect(first[0].digest == second[0].digest)
    }

    /// What the checks say of a planted bug, and how many seeds it may take until they do.
    struct Planted: Sendable, CustomTestStringConvertible {
        let variant: Variant
        let rule: String
        var testDescription: String { variant.rawValue }
    }

    @Test(
        "bugs that others had are seen",
        arguments: [
            Planted(variant: .itemDroppedBeforeLease, rule: "I14 everything comes to an end"),
            Planted(variant: .killFreesPlace, rule: "limits"),
            Planted(variant: .staleRowsReplayed, rule: "intent before effect"),
            Planted(variant: .parentsKeepSlots, rule: "I14 everything comes to an end"),
        ])
    func plantedBugsAreSeen(_ planted: Planted) async throws {
        var seen: Set<String> = []
        for seed in 1...200 as ClosedRange<UInt64> where !seen.contains(planted.rule) {
            let violations = try await reports(seed..<seed + 1, planted.variant)[0].violations
            seen.formUnion(violations.map { String($0.prefix { $0 != ":" }) })
        }
        #expect(seen.contains(planted.rule), "\(seen)")
    }
}
