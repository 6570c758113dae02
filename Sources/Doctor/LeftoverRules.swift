import Ports

/// What carries our labels in the engine and that nobody needs any more.
struct LeftoverRules {
    let facts: DoctorFacts

    var findings: [Finding] {
        guard case .success(let survey) = facts.engine.survey else { return [] }
        return [own(survey), others(survey)]
    }

    private var store: StoreSurvey? {
        guard case .present(let store, _) = facts.store else { return nil }
        return store
    }

    private func own(_ survey: EngineSurvey) -> Finding {
        guard let store, let installation = store.installation, let traces = survey.traces[installation] else {
            return .ok(.leftovers, "The engine has nothing of this data folder's.")
        }
        let volumes = traces.volumes.subtracting(store.cellVolumes).count
        let found = "\(counted(traces.containers, "container")) and \(counted(volumes, "volume"))"
        if case .held = facts.lock {
            return .ok(.leftovers, "The engine has \(found) of this data folder's, for the process that works in it.")
        }
        guard traces.containers + volumes > 0 else {
            return .ok(.leftovers, "The engine has nothing of this data folder's but the cell.")
        }
        return .warn(
            .leftovers, .leftovers,
            "A daemon that was killed, or ended with jobs running, has left \(found) in the engine.",
            "`caisson engine reap` settles them, as does every start of the daemon.")
    }

    private func others(_ survey: EngineSurvey) -> Finding {
        let others = survey.traces.filter { $0.key != store?.installation }.values
        let containers = others.reduce(0) { $0 + $1.containers }
        let volumes = others.reduce(0) { $0 + $1.volumes.count }
        return .ok(
            .otherInstallations,
            others.isEmpty
                ? "No other data folder has something in the engine."
                : "\(counted(others.count, "other data folder")) in the engine: \(counted(containers, "container")) and "
                    + "\(counted(volumes, "volume"))."
        )
    }
}
