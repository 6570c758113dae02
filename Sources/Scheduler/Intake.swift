import Conditions
package import Model
package import Planner
package import Ports

/// Takes in what is submitted: checks it as a whole, pins its images, and has it kept in one transaction.
package struct Intake: Sendable {
    private let store: any JobStore & JobReader
    private let blobs: any BlobStore
    private let engine: any SandboxEngine
    private let profile: ProfileSource
    private let capacity: PlanCapacity
    private let ids: any IDSource
    private let wallClock: any WallClock
    /// Called after something was accepted.
    private let wake: @Sendable () -> Void

    package init(
        store: any JobStore & JobReader, blobs: any BlobStore, engine: any SandboxEngine,
        profile: @escaping ProfileSource, capacity: PlanCapacity,
        ids: any IDSource, wallClock: any WallClock, wake: @escaping @Sendable () -> Void
    ) {
        (self.store, self.blobs, self.engine, self.profile) = (store, blobs, engine, profile)
        (self.capacity, self.ids, self.wallClock, self.wake) = (capacity, ids, wallClock, wake)
    }

    /// The most standard input that is kept for one job; more can be passed on live.
    package static let stdinLimit = ByteCount.gibibytes(1)

    /// Accepts a submission whose inputs are kept already.
    ///
    /// - Parameter parent: the job that adds it under itself.
    /// - Throws: ``SubmissionRefused`` with everything that is wrong; ``EngineError`` of its images; ``StoreError``.
    package func accept(
        _ submission: Submission, by actor: String, under parent: JobID? = nil, lineage: [Int: JobSummary.Lineage] = [:]
    ) async throws -> SubmissionReceipt {
        var submission = submission
        var mistakes: [any UserFacingError] = submission.mistakes
        mistakes += conditionMistakes(submission)
        mistakes += submission.specs.compactMap { capacity.refusal(of: $0.limits) }
        if submission.isGraph, submission.specs.contains(where: { $0.stdin == .live }) {
            mistakes.append(
                ModelError.malformed(field: "stdin", value: "live", expected: "possible in a graph: give a file"))
        }
        guard mistakes.isEmpty else { throw SubmissionRefused(mistakes) }
        try await prepareSpecs(of: &submission)
        let inputs = submission.specs.flatMap(\.inputs)
        let missing = try await store.missingBlobs(of: inputs)
        guard missing.isEmpty else {
            throw SubmissionRefused(
                missing.prefix(Submission.mostMistakes).map {
                    ModelError.malformed(field: "input", value: $0.digest, expected: "kept here: send it first")
                })
        }
        let count = submission.nodes.count + (submission.isGraph ? 1 : 0)
        var acceptance = Acceptance(
            submission, ids: (0..<count).map { _ in ids.makeJobID() }, at: wallClock.now(), actor: actor)
        (acceptance.parent, acceptance.lineage) = (parent, lineage)
        let receipt = try await store.submit(acceptance, inputs: [])
        wake()
        return receipt
    }

    /// Accepts one job whose inputs are still where they come from.
    package func accept(_ request: JobRequest, by actor: String) async throws -> JobRecord {
        var (kept, files): ([Blob], [JobSpec.InputFile]) = ([], [])
        for file in request.files {
            let blob = try await blobs.makeBlob(from: file.source, limit: file.size)
            kept.append(blob)
            files.append(
                JobSpec.InputFile(
                    path: file.path, size: blob.reference.size, isExecutable: file.isExecutable,
                    digest: blob.reference.digest))
        }
        let stdin: JobSpec.StandardInput
        switch request.stdin {
        case .none: stdin = .none
        case .live: stdin = .live
        case .stored(let source):
            let blob = try await blobs.makeBlob(from: source, limit: Self.stdinLimit)
            kept.append(blob)
            stdin = .stored(digest: blob.reference.digest, size: blob.reference.size)
        }
        for blob in kept { try await store.keep(blob, at: wallClock.now()) }
        let spec = request.spec(image: PinnedImage(id: "", name: request.image), files: files, stdin: stdin)
        let receipt = try await accept(Submission(spec), by: actor)
        return try await store.job("\(receipt.root)")
    }

    private func conditionMistakes(_ submission: Submission) -> [any UserFacingError] {
        var mistakes: [any UserFacingError] = []
        for node in submission.nodes where mistakes.count < Submission.mostMistakes {
            for need in node.needs {
                guard case .when(let source) = need.on else { continue }
                do { _ = try Condition(source, names: Self.edgeNames) } catch { mistakes.append(error) }
            }
            guard let source = node.each?.list else { continue }
            do { _ = try Condition(source, names: ["result"]) } catch { mistakes.append(error) }
        }
        return mistakes
    }

    /// What a condition on a need may speak of.
    package static let edgeNames = ["result", "state", "exit_code"]

    /// Pins the image of each spec, and the profile that it will be run under.
    private func prepareSpecs(of submission: inout Submission) async throws {
        var pinned: [String: PinnedImage] = [:]
        for index in submission.specs.indices {
            let spec = submission.specs[index]
            let digest = try spec.preparedProfile(profile).digest
            guard [nil, digest].contains(spec.profileDigest) else { throw ProfileChanged(name: spec.profile) }
            submission.specs[index].profileDigest = digest
            // A spec that was taken from a stored job names its image by id; the name in it is for people then.
            let name = spec.imageID.isEmpty ? spec.imageName : spec.imageID
            let image: PinnedImage
            if let known = pinned[name] {
                image = known
            } else {
                image = try await engine.pin(image: name, within: spec.limits.pull)
                pinned[name] = image
            }
            submission.specs[index].imageID = image.id
        }
    }
}

/// A spec names a profile that is no longer as it was when the spec was made.
private struct ProfileChanged: UserFacingError {
    let name: String
    var code: ErrorCode { .invalidInput }
    var message: String { "The profile \(name) is not as it was when the spec was made." }
    var remedy: String? { "Leave profile_digest out, to have the job run under the profile as it is now." }
}

/// A submission that was not accepted: nothing of it was kept.
package struct SubmissionRefused: Error {
    /// Everything that is wrong, as far as is known; never empty.
    package let mistakes: [any UserFacingError]
    package init(_ mistakes: [any UserFacingError]) { self.mistakes = mistakes }
}

extension JobSpec {
    /// The blobs that it is given.
    fileprivate var inputs: [BlobReference] {
        var inputs = files.filter { $0.reference == nil }.map { BlobReference(digest: $0.digest, size: $0.size) }
        if case .stored(let digest, let size) = stdin { inputs.append(BlobReference(digest: digest, size: size)) }
        return inputs
    }
}
