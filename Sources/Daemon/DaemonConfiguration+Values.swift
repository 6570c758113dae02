import Model
package import Planner
package import Ports

extension DaemonConfiguration.Retention {
    /// What the settings say, for each state in which a job or a graph can end.
    package var policy: RetentionPolicy {
        let lives: [JobState: Duration?] = [
            .succeeded: succeeded, .failed: failed, .timedOut: timedOut, .oomKilled: oomKilled, .cancelled: cancelled,
            .skipped: skipped, .denied: denied, .errored: errored,
        ]
        var graphLives = lives
        let said: [JobState: GraphLife] = [
            .succeeded: graphSucceeded, .failed: graphFailed, .cancelled: graphCancelled,
        ]
        for (state, life) in said {
            switch life {
            case .same: break
            case .forever: graphLives[state] = .some(nil)
            case .life(let life): graphLives[state] = life
            }
        }
        return RetentionPolicy(lives: lives.compactMapValues { $0 }, graphLives: graphLives.compactMapValues { $0 })
    }
}

extension DaemonConfiguration.QueueDefaults {
    package var values: QueueDefaults { QueueDefaults(weight: weight, limit: slots) }
}
