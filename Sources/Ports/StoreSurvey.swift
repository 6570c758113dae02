/// What can be said of a job database by looking at it, whatever state it is in.
package struct StoreSurvey: Sendable, Hashable {
    /// Which release wrote it.
    package enum Age: Sendable, Hashable {
        /// It has no tables yet.
        case empty
        case older, current
        /// It has steps that this release does not know.
        case newer(steps: String)
    }

    /// What SQLite's own check found.
    package enum Integrity: Sendable, Hashable {
        case sound
        /// Its first words.
        case broken(String)
        /// The check was ended because it took too long.
        case unfinished
    }

    package var age: Age
    package var integrity: Integrity
    /// The id of the installation, once there is one.
    package var installation: String?
    package var jobs: Int
    /// Jobs without a final state.
    package var openJobs: Int
    /// The names of the cell volumes that are committed as usable.
    package var cellVolumes: Set<String>
    /// The version of SQLite that read it.
    package var library: String

    package init(age: Age, integrity: Integrity, library: String) {
        (self.age, self.integrity, self.library) = (age, integrity, library)
        (installation, jobs, openJobs, cellVolumes) = (nil, 0, 0, [])
    }
}
