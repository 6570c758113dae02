/// What becomes of running jobs when a daemon ends.
package enum DrainMode: String, Sendable, Codable, CaseIterable {
    /// They go on in their sandboxes, and the next daemon adopts them.
    case leave
    /// Nothing new is started; those that run are waited for.
    case finish
    /// Nothing new is started; those that run are cancelled, with their grace.
    case cancel
}

/// A part of the daemon that has something under way when the daemon is to end.
package protocol Drainable: Sendable {
    /// Starts nothing any more, and returns once what is under way is as `mode` says.
    ///
    /// Called once, before any service is told to shut down, so that the store, the engine and the control surface still work. The caller
    /// bounds it: when its task is cancelled, it returns soon, with what is left as after ``DrainMode/leave``. What fails is logged and
    /// left to the next daemon.
    func drain(_ mode: DrainMode) async
}
