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
    /// The digests of the blobs that rows name and that lie in files of their own; `nil` if they are more than
    /// ``mostBlobFiles``.
    package var blobFiles: Set<String>?

    /// Blobs up to which it is worth the time to compare them one by one.
    package static let mostBlobFiles = 20_000

    package init(age: Age, integrity: Integrity) {
        (self.age, self.integrity) = (age, integrity)
        (installation, jobs, openJobs, cellVolumes, blobFiles) = (nil, 0, 0, [], [])
    }
}
