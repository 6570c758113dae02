// Simulation: whole runs of dispatcher, planner, supervisor and store against a simulated engine and a clock that is moved by hand, decided
// by a seed, and judged by a model that trusts none of them. It must not use time, threads or randomness of its own for what it decides.

/// Entry points for tests and for the driver.
package enum Simulation {
    /// Runs one simulation on this thread, which blocks.
    ///
    /// - Throws: ``StoreError`` if the store cannot be opened or read.
    package static func report(_ options: SimulationRun.Options) throws -> SimulationRun.Report {
        let folder = try SimulationFolder(seed: options.seed)
        return try SimulationRun(options, open: folder.open).run()
    }
}
