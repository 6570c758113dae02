package import Model

/// A job as it is asked for: its image is a name, and its inputs are still where they come from.
package struct JobRequest: Sendable {
    package var image: String
    package var command: [String]
    package var environment: [String: String] = [:]
    package var files: [File] = []
    package var stdin = StandardInput.none
    package var artifacts: [String] = []
    package var collectsChanges = false
    package var outputPolicy = JobSpec.OutputPolicy.truncate
    package var profile: String
    package var limits: Limits
    /// The folder that the profile is read from, absolute; `nil`: it is a built-in one.
    package var profilesFolder: String?

    package init(image: String, command: [String], profile: String, limits: Limits) {
        (self.image, self.command, self.profile, self.limits) = (image, command, profile, limits)
    }

    /// One file for `/work`, and where its content is read from, once.
    package struct File: Sendable {
        package let path: String
        package let size: ByteCount
        package let isExecutable: Bool
        package let source: any InputSource

        package init(path: String, size: ByteCount, isExecutable: Bool, source: any InputSource) {
            (self.path, self.size, self.isExecutable, self.source) = (path, size, isExecutable, source)
        }
    }

    package enum StandardInput: Sendable {
        case none
        /// Read to its end and kept before the job is accepted.
        case stored(any InputSource)
        /// Passed on while the job runs.
        case live(any InputSource)
    }

    /// Everything that is wrong with what is asked for, as far as that is known before the image and the inputs are.
    package var mistakes: [ModelError] {
        let files = files.map {
            JobSpec.InputFile(path: $0.path, size: $0.size, isExecutable: $0.isExecutable, digest: "")
        }
        return spec(image: PinnedImage(id: "", name: image), files: files, stdin: .none).mistakes
    }

    /// The job, with the image that was pinned and the inputs as they were stored.
    package func spec(image: PinnedImage, files: [JobSpec.InputFile], stdin: JobSpec.StandardInput) -> JobSpec {
        var spec = JobSpec(
            imageID: image.id, imageName: image.name, command: command, environment: environment, files: files,
            stdin: stdin, artifacts: artifacts, collectsChanges: collectsChanges, outputPolicy: outputPolicy,
            profile: profile, limits: limits)
        spec.profilesFolder = profilesFolder
        return spec
    }
}
