import Ports

/// Whether the cell can become process 1 of a container in this engine.
struct CellRules {
    let facts: DoctorFacts

    var finding: Finding {
        let path = facts.cell.path
        let build = "Build it, so that it lies beside caisson: swift build"
        guard facts.cell.isPresent else { return .fail(.cell, .cellMissing, "There is no cell at \(path).", build) }
        guard let program = facts.cell.program else {
            return .fail(.cell, .cellIsNone, "\(path) is not a program.", build)
        }
        guard program.isStatic else {
            return .fail(.cell, .cellNeedsLibraries, "The cell \(path) needs libraries, which no image has.", build)
        }
        guard program.architecture == wanted else {
            return .fail(
                .cell, .cellForOthers,
                "The cell \(path) is for \(program.architecture), the engine's machine is \(wanted).",
                "Use a Caisson that was built for the engine's machine.")
        }
        guard let others = facts.cell.othersMayWrite else {
            return .unknown(
                .cell, .cellOwnerUnknown, "Who may write to the cell \(path) cannot be read.",
                "Look for yourself: ls -l \(path)")
        }
        guard !others else {
            return .fail(
                .cell, .cellWritable,
                "Other users may write to the cell \(path), which becomes process 1 of every sandbox and is trusted.",
                "Take it from them: chmod go-w \(path), and chown it to yourself or root.")
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
