import Ports

/// Whether the cell can become process 1 of a container in this engine.
struct CellRules {
    let facts: DoctorFacts

    var finding: Finding {
        let path = facts.cell.path
        let build = "Build with `swift build`, so that caisson-cell lies beside caisson."
        guard facts.cell.isPresent else { return .fail(.cell, "There is no cell at \(path).", build) }
        guard let program = facts.cell.program else { return .fail(.cell, "\(path) is not a program.", build) }
        guard program.isStatic else {
            return .fail(.cell, "The cell \(path) needs libraries, which no image has.", build)
        }
        guard program.architecture == wanted else {
            return .fail(
                .cell, "The cell \(path) is for \(program.architecture), the engine's machine is \(wanted).",
                "Use a Caisson that was built for the engine's machine.")
        }
        return .ok(.cell, "The cell lies beside the program, static, for \(program.architecture).")
    }

    /// The architecture of the engine, or of this machine as long as the engine does not answer.
    private var wanted: String {
        guard case .success(let survey) = facts.engine.survey, let architecture = survey.info.architecture else {
            return facts.machine.architecture
        }
        return architecture
    }
}
