import DockerEngine
package import Hardening
package import Model
import Scheduler

/// What an engine would be asked for a job's container, without a job: the plan is the one that jobs get, with words in place of what
/// differs from job to job.
package struct ProfileExplanation: Sendable {
    /// A word that stands for something which is only known once there is a job, or an image.
    package struct Placeholder: Sendable, Hashable {
        /// In angle brackets; no real value has these.
        package let word: String
        package let meaning: String

        init(_ word: String, _ meaning: String) { (self.word, self.meaning) = ("<\(word)>", meaning) }
    }

    /// An image as far as a container depends on it.
    package struct Image: Sendable, Hashable {
        package let id: String
        /// The names of the variables that it sets.
        package let environmentNames: [String]

        package init(id: String, environmentNames: [String]) {
            (self.id, self.environmentNames) = (id, environmentNames)
        }
    }

    package let profile: Profile
    /// `sha256:…` over the profile's files, as it is kept with an attempt.
    package let profileDigest: String
    /// `sha256:…` over the outer list as the engine gets it.
    package let outerDigest: String
    /// `sha256:…` over the inner filter as the cell gets it: compiled for this machine.
    package let innerDigest: String
    /// Those that stand in ``containerName`` and ``body``.
    package let placeholders: [Placeholder]
    private let plan: ContainerPlan

    /// What `POST /containers/create` gives as `name`.
    package var containerName: String { plan.name }
    /// The body of `POST /containers/create`.
    package var body: JSONValue { plan.createBody }

    private static let container = Placeholder("container", "the container's name: installation, job and attempt")
    private static let installation = Placeholder("installation", "the id of the data folder")
    private static let job = Placeholder("job", "the job's id")
    private static let attempt = Placeholder("attempt", "the number of the try")
    private static let spec = Placeholder("spec", "the digest of what the job was asked to do")
    private static let cellVolume = Placeholder(
        "cell-volume", "the volume that holds the cell, made once and read-only")
    private static let image = Placeholder("image", "the image's id; --image says which")
    private static let variables = Placeholder(
        "image-variables", "the name of each variable that the image sets, which takes it out again")

    /// - Parameters:
    ///   - image: placeholders stand for it if it is `nil`.
    ///   - limits: those of the job, in their ranges.
    /// - Throws: ``HardeningError`` if the profile cannot be used.
    package init(of name: String, in set: ProfileSet, image: Image?, limits: (Profile) throws -> Limits) throws {
        let prepared = try Instance.profile(named: name, of: set)
        (profile, profileDigest) = (prepared.profile, prepared.digest)
        outerDigest = ContentDigest.of(Array(profile.outerJSON.utf8))
        innerDigest = ContentDigest.of(prepared.filter)
        let words = SandboxWords(
            name: Self.container.word, installation: Self.installation.word, job: Self.job.word,
            attempt: Self.attempt.word, spec: Self.spec.word, profileDigest: profileDigest,
            cellVolume: Self.cellVolume.word)
        plan = ContainerPlan(
            words, imageID: image?.id ?? Self.image.word,
            imageEnvironmentNames: image?.environmentNames ?? [Self.variables.word], profile: profile,
            limits: try limits(profile))
        placeholders =
            [Self.container, Self.installation, Self.job, Self.attempt, Self.spec, Self.cellVolume]
            + (image == nil ? [Self.image, Self.variables] : [])
    }
}
