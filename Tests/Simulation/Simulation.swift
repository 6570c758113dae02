// Simulation: whole runs of dispatcher, planner, supervisor and store against a simulated engine and a clock that is moved by hand, decided
// by a seed, and judged by a model that trusts none of them. It must not use time, threads or randomness of its own for what it decides.

/// Runs simulations, one after the other, on one thread.
///
/// They share a store that is emptied in between: to open one takes longer than many a run. One that breaks a rule ends that, for nobody
/// knows what it has left; and within each run a daemon now and then opens its store anew.
///
/// - Threading: one thread, which is blocked.
package final class Simulation {
    private var folder: SimulationFolder

    /// - Throws: an error of Foundation if there is no place for its files.
    package init() throws { folder = try SimulationFolder() }

    /// - Throws: ``StoreError`` if the store cannot be opened, read or emptied.
    package func report(_ options: SimulationRun.Options) throws -> SimulationRun.Report {
        let report = try SimulationRun(options, open: folder.open).run()
        if report.violations.isEmpty { try folder.empty() } else { folder = try SimulationFolder() }
        return report
    }
}
