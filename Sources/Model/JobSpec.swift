/// What a person asked to have run: complete, so that it can be run later, by another process, without anybody's help.
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
    /// The tool's standard input.
    package var stdin: StandardInput
    /// Paths beneath `/work` that are collected when the tool has ended: literal ones, or patterns with `*`, `?` and `**`.
    package var artifacts: [String]
    /// Whether every file in `/work` that is new, or not as it was put there, is collected as well.
    package var collectsChanges: Bool
    /// What becomes of a tool that writes more than ``Limits/output``.
    package var outputPolicy: OutputPolicy
    /// The name of the hardening profile.
    package var profile: String
    /// The digest of the profile when the job was accepted: it is begun under no other.
    ///
    /// `nil` in the specs of an earlier release.
    package var profileDigest: String?
    /// The folder that the profile is read from, absolute; `nil`: it is a built-in one.
    package var profilesFolder: String?
    package var limits: Limits
    /// What another run would mean; a job without grants has no effect outside of its sandbox.
    package var effect = Effect.pure
    /// How often it is tried again when its tool has failed.
    package var retry = RetryPolicy.none

    package init(
        imageID: String, imageName: String, command: [String], environment: [String: String] = [:],
        files: [InputFile] = [], stdin: StandardInput = .none, artifacts: [String] = [], collectsChanges: Bool = false,
        outputPolicy: OutputPolicy = .truncate, profile: String, limits: Limits
    ) {
        (self.imageID, self.imageName, self.command, self.environment) = (imageID, imageName, command, environment)
        (self.files, self.stdin, self.artifacts) = (files, stdin, artifacts)
        (self.collectsChanges, self.outputPolicy) = (collectsChanges, outputPolicy)
        (self.profile, self.limits) = (profile, limits)
    }

    /// Where a job finds its files, and where it leaves its results.
    package static let workFolder = "/work"
    /// The file beneath ``workFolder`` that holds the job's result, as JSON, when the tool has ended.
    package static let resultFile = "result.json"

    /// One file given to a job; its content is kept as a blob from the moment the job is accepted.
    package struct InputFile: Sendable, Hashable, Codable {
        /// Relative to `/work`, without `.` and `..`.
        package var path: String
        package var size: ByteCount
        /// Whether the file's mode has its execute bits set (`/work` is mounted noexec all the same).
        package var isExecutable: Bool
        /// The blob that holds the content: `sha256:` and 64 hex digits; empty for a ``reference``.
        package var digest: String
        /// What another node leaves; its content and size are known once that one has ended.
        package var reference: InputReference?

        package init(path: String, size: ByteCount, isExecutable: Bool, digest: String) {
            (self.path, self.size, self.isExecutable, self.digest) = (path, size, isExecutable, digest)
        }

        package init(path: String, isExecutable: Bool = false, reference: InputReference) {
            self.init(path: path, size: ByteCount(bytes: 0), isExecutable: isExecutable, digest: "")
            self.reference = reference
        }
    }

    /// Where a tool's standard input comes from.
    package enum StandardInput: Sendable, Hashable {
        /// It is empty.
        case none
        /// From a blob, kept from the moment the job is accepted.
        case stored(digest: String, size: ByteCount)
        /// From whoever runs the job, as it comes: it ends where that process ends.
        case live
    }

    package enum OutputPolicy: String, Sendable, Hashable, Codable, CaseIterable {
        /// What is beyond the limit is counted and dropped.
        case truncate
        /// The tool is ended, and its job has failed.
        case kill
    }
}
