package import Hardening
package import Model
import Ports

/// What differs between the containers of two attempts of the same kind: the words that stand for the one attempt in its plan.
package struct SandboxWords: Sendable, Hashable {
    let name: String
    let labels: [String: String]
    let cellVolume: String

    init(_ installation: InstallationID, _ request: SandboxRequest, cellVolume: String) {
        self.init(
            name: request.containerName, installation: "\(installation)", job: "\(request.attempt.job)",
            attempt: "\(request.attempt.number)", spec: request.specDigest, profileDigest: request.profileDigest,
            cellVolume: cellVolume)
    }

    /// The words as they are, for a plan that is shown and not carried out.
    package init(
        name: String, installation: String, job: String, attempt: String, spec: String, profileDigest: String,
        cellVolume: String
    ) {
        (self.name, self.cellVolume) = (name, cellVolume)
        labels = [
            Labels.installation: installation, Labels.role: Labels.sandboxRole, Labels.job: job,
            Labels.attempt: attempt, Labels.spec: spec, Labels.profile: profileDigest,
        ]
    }
}

extension ContainerPlan {
    /// The plan of an attempt's container: the only one there is, whether it is carried out or shown.
    package init(
        _ words: SandboxWords, imageID: String, imageEnvironmentNames: [String], profile: Profile, limits: Limits
    ) {
        self.init(
            name: words.name, labels: words.labels, imageID: imageID, imageEnvironmentNames: imageEnvironmentNames,
            cellVolume: words.cellVolume, profile: profile, limits: limits)
    }
}
