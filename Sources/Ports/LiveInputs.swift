package import Model

/// Standard inputs that come while their jobs run.
package protocol LiveInputs: Sendable {
    /// What the client of that job passes on, from the moment it comes; the same for every attempt of the job.
    func input(for job: JobID) -> any InputSource
    /// Passes `source` on to the job, whether that has begun or not; false if somebody does so, or did.
    func connect(_ source: any InputSource, to job: JobID) -> Bool
    /// Nobody reads it any more.
    func end(_ job: JobID)
}
