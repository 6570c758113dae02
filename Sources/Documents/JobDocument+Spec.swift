package import Model

extension JobDocument {
    /// What is run, without anything that says when, where or for whom: jobs that are equal in it share one spec.
    package struct Work: Hashable, Sendable {
        private let words: [String?]
        private let command: [String]?
        private let files: [String: Content]
        private let executables: [String: Bool]
        private let references: [String: InputReference]
        private let stdin: Content?
        private let environment: [String: String]
        private let limits: [LimitField: Int64]
        private let artifacts: [String]
        private let changes: Bool?
        private let retry: RetryPolicy?

        fileprivate init(_ job: JobDocument) {
            words = [job.image, job.profile, job.outputPolicy?.rawValue, job.effect?.rawValue]
            (command, stdin, environment, limits) = (job.command, job.stdin, job.environment, job.limits)
            (artifacts, changes, retry) = (job.artifacts, job.changes, job.retry)
            files = Dictionary(job.files.map { ($0.name, $0.content) }, uniquingKeysWith: { first, _ in first })
            references = Dictionary(
                job.references.map { ($0.name, $0.reference) }, uniquingKeysWith: { first, _ in first })
            let executable =
                job.files.compactMap { file in file.isExecutable.map { (file.name, $0) } }
                + job.references.map { ($0.name, $0.isExecutable) }
            executables = Dictionary(executable, uniquingKeysWith: { first, _ in first })
        }
    }

    package var work: Work { Work(self) }

    /// What the job runs, with its image by name and not yet pinned.
    ///
    /// - Parameters:
    ///   - profile: the profile's name and limits: those that the document does not give are as there.
    ///   - files: those of ``files``, as they are kept; ``references`` are added.
    package func spec(
        profile: (name: String, limits: Limits), files: [JobSpec.InputFile], stdin: JobSpec.StandardInput
    ) -> JobSpec {
        var spec = JobSpec(
            imageID: "", imageName: image ?? "", command: command ?? [], environment: environment,
            files: files
                + references.map {
                    JobSpec.InputFile(path: $0.name, isExecutable: $0.isExecutable, reference: $0.reference)
                },
            stdin: stdin, artifacts: artifacts, collectsChanges: changes ?? false,
            outputPolicy: outputPolicy ?? .truncate, profile: profile.name, limits: profile.limits.setting(limits))
        (spec.effect, spec.retry) = (effect ?? .pure, retry ?? .none)
        return spec
    }
}
