import Foundation
import Simulation

// Runs simulations of many seeds, on one thread, and prints each one that breaks a rule.
//
//   simulation-driver [--from SEED] [--count N] [--variant NAME] [--seed SEED]
//
//   --seed SEED    this one alone, with everything that was decided (to compare two runs by)

var (from, count, variant, single) = (UInt64(1), UInt64(1000), Variant.none, false)
var words = CommandLine.arguments.dropFirst()
/// One line for whoever started this.
func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
func fail() -> Never {
    FileHandle.standardError.write(
        Data("usage: simulation-driver [--from SEED] [--count N] [--variant NAME] [--seed SEED]\n".utf8))
    exit(2)
}
while let word = words.popFirst() {
    guard let value = words.popFirst() else { fail() }
    switch (word, UInt64(value), Variant(rawValue: value)) {
    case ("--from", let number?, _): from = number
    case ("--count", let number?, _): count = number
    case ("--seed", let number?, _): (from, count, single) = (number, 1, true)
    case ("--variant", _, let name?): variant = name
    default: fail()
    }
}

var (failed, jobs, runs, deaths) = (0, 0, 0, 0)
let begin = ContinuousClock.now
// In a scope of its own: its files are gone before this program ends.
do {
    let simulation = try Simulation()
    for seed in from..<(from + count) {
        var options = SimulationRun.Options(seed: seed, variant: variant)
        options.keepsDigest = single
        let report = try simulation.report(options)
        jobs += report.jobs
        runs += report.toolRuns
        deaths += report.deaths
        if single { say(report.digest) }
        guard !report.violations.isEmpty else { continue }
        failed += 1
        say("seed \(seed): \(report.violations.count) broken; see it again with simulation-driver --seed \(seed)")
        for violation in report.violations.prefix(10) { say("  \(violation)") }
    }
}
let time = (ContinuousClock.now - begin) / .seconds(1)
let rate = Double(count) / max(time, 0.001)
say(
    "\(count) simulations, \(jobs) jobs, \(runs) tools, \(deaths) deaths of the daemon, \(failed) failed, \(Int(rate)) a second"
)
exit(failed == 0 ? 0 : 1)
