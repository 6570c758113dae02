/// What a person asked to have run.
package struct JobSpec: Sendable, Hashable, Codable {
    /// The image's id (`sha256:` and 64 hex digits), pinned when the job was accepted.
    package var imageID: String
    /// The name the image was asked for by, for people.
    package var imageName: String
    /// The program and its arguments; at least one word, no shell in between.
    package var command: [String]
    /// The tool's whole environment, beside `PATH`, `HOME`, `TMPDIR` and `LANG`.
    package var environment: [String: String]
    /// The files that stand in `/work` when the tool starts, by their path there.
    package var files: [InputFile]
    /// Whether the tool gets the job's standard input, else an empty one.
    package var hasStandardInput: Bool
    /// Literal paths beneath `/work` that are collected when the tool has ended.
    package var artifacts: [String]
    /// The name of the hardening profile.
    package var profile: String
    package var limits: Limits

    package init(
        imageID: String, imageName: String, command: [String], environment: [String: String] = [:],
        files: [InputFile] = [], hasStandardInput: Bool = false, artifacts: [String] = [], profile: String,
        limits: Limits
    ) {
        (self.imageID, self.imageName, self.command, self.environment) = (imageID, imageName, command, environment)
        (self.files, self.hasStandardInput, self.artifacts) = (files, hasStandardInput, artifacts)
        (self.profile, self.limits) = (profile, limits)
    }

    /// Where a job finds its files, and where it leaves its results.
    package static let workFolder = "/work"
    /// The file beneath ``workFolder`` that holds the job's result, as JSON, when the tool has ended.
    package static let resultFile = "result.json"

    /// One file given to a job.
    ///
    /// Its content is streamed into the sandbox and not kept.
    package struct InputFile: Sendable, Hashable, Codable {
        /// Relative to `/work`, without `.` and `..`.
        package var path: String
        package var size: ByteCount
        /// Whether the file's mode has its execute bits set (`/work` is mounted noexec all the same).
        package var isExecutable: Bool

        package init(path: String, size: ByteCount, isExecutable: Bool) {
            (self.path, self.size, self.isExecutable) = (path, size, isExecutable)
        }
    }
}
