import Conditions
import Documents
import Foundation
import Hardening
import Model
import Ports

/// What is to be handed in, read and checked, with its inputs still where they come from.
struct SubmissionRequest {
    /// With empty digests for inputs that have not been kept yet.
    private var submission: Submission
    /// What has to be kept first: the inputs of each spec.
    private var inputs: [[Input]]

    /// One input of one spec.
    fileprivate struct Input {
        enum Place { case file(Int), stdin }
        let place: Place
        let source: any InputSource
        /// The same content is kept once.
        let key: Key

        enum Key: Hashable {
            case bytes([UInt8])
            case file(String)
            /// Read once, from a stream.
            case stream
        }
    }

    // MARK: Making it

    /// - Throws: ``InputError`` with everything that is wrong.
    static func make(_ flags: SubmitCommand, profiles: ProfileSet) throws -> SubmissionRequest {
        var request: SubmissionRequest
        if let word = flags.job.document {
            let (bytes, name, folder) = try RunDocument.read(word, atMost: .submission)
            let document: SubmissionDocument
            do throws(DocumentMistakes) {
                document = try SubmissionDocument(reading: bytes, name: name, checkCondition: conditionMistake)
            } catch {
                throw InputError(mistakes: error.mistakes)
            }
            switch document {
            case .job(let job):
                request = try one(flags.job, RunDocument(job, folder: folder), profiles)
            case .graph(let graph):
                try refuse(flags.job, "a \(graph.isGraph ? "graph" : "list")")
                request = try SubmissionRequest(graph, folder: folder, profiles: profiles)
            case .spec(let spec):
                try refuse(flags.job, "a spec")
                request = try SubmissionRequest(spec, document: name)
            }
        } else {
            request = try one(flags.job, nil, profiles)
        }
        flags.placement.apply(to: &request.submission)
        // The daemon reads the profiles anew when a job begins, so it has to know whose.
        if let folder = profiles.absoluteFolder {
            for index in request.submission.specs.indices { request.submission.specs[index].profilesFolder = folder }
        }
        let mistakes = request.submission.mistakes
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        return request
    }

    private static func conditionMistake(_ condition: String, _ names: [String]) -> (problem: String, remedy: String?)?
    {
        do throws(ConditionError) {
            _ = try Condition(condition, names: names)
            return nil
        } catch {
            let (line, column) = error.position
            return ("is wrong at line \(line), column \(column) of the condition: \(error.detail)", error.remedy)
        }
    }

    /// A job of flags, of a document, or of both.
    private static func one(
        _ flags: JobOptions, _ asked: RunDocument?, _ profiles: ProfileSet
    ) throws -> SubmissionRequest {
        let job = asked?.document
        let profile = try flags.profile(of: profiles, document: job)
        let asked = try RunRequest.make(flags, asked, profile: profile)
        let files = asked.files.map {
            JobSpec.InputFile(path: $0.path, size: $0.size, isExecutable: $0.isExecutable, digest: "")
        }
        let spec = asked.spec(image: PinnedImage(id: "", name: asked.image), files: files, stdin: .none)
        var inputs = asked.files.enumerated().map { index, file in
            Input(place: .file(index), source: file.source, key: .file("\(index)"))
        }
        switch asked.stdin {
        case .none: break
        case .stored(let source), .live(let source):
            inputs.append(Input(place: .stdin, source: source, key: .stream))
        }
        var submission = Submission(spec)
        job?.complete(&submission)
        return SubmissionRequest(submission: submission, inputs: [inputs])
    }

    private init(submission: Submission, inputs: [[Input]]) { (self.submission, self.inputs) = (submission, inputs) }

    private init(_ graph: GraphDocument, folder: String, profiles: ProfileSet) throws {
        let (jobs, indexes) = graph.works
        var mistakes: [any UserFacingError] = []
        var (specs, inputs): ([JobSpec], [[Input]]) = ([], [])
        for job in jobs where mistakes.count < DocumentBounds.mistakes {
            do {
                let profile = try profiles.profile(for: job)
                let (spec, own) = try Self.spec(of: job, RunDocument(job, folder: folder), profile)
                specs.append(spec)
                inputs.append(own)
            } catch let error as InputError {
                mistakes += error.mistakes
            }
        }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        self.init(submission: graph.submission(specs: specs, indexes: indexes), inputs: inputs)
    }

    private init(_ document: SpecDocument, document name: String) throws {
        func mistake(_ key: String, _ problem: String, _ remedy: String) -> InputError {
            InputError(mistakes: [
                DocumentMistake(
                    .documentInvalid, document: name, position: nil, pointer: .root.member("spec").member(key),
                    problem: problem, remedy: remedy)
            ])
        }
        if document.spec.stdin == .live {
            throw mistake("stdin", "was live: what came in is not kept", "Write {\"kind\": \"none\"}, or use a file.")
        }
        if document.spec.files.contains(where: { $0.reference != nil }) {
            throw mistake(
                "files", "has files from other jobs of its graph", "Use `caisson fork`, which knows what they were.")
        }
        self.init(
            submission: Submission(document.spec, placement: document.placement ?? Placement()), inputs: [[]])
    }

    /// What one job of a graph runs, and its inputs.
    private static func spec(of job: JobDocument, _ document: RunDocument, _ profile: Profile) throws
        -> (JobSpec, [Input])
    {
        var (files, mistakes) = document.files(without: [])
        var inputs: [Input] = []
        do throws(DocumentMistake) {
            if case .stored(let source) = try document.standardInput() {
                inputs.append(Input(place: .stdin, source: source, key: document.key(of: job.stdin)))
            }
        } catch {
            mistakes.append(error)
        }
        mistakes += RunRequest.imageMistakes(job.image ?? "", document: job)
        // Names of the graph's defaults that a node has again are gone by now: each is there once.
        let contents = Dictionary(job.files.map { ($0.name, $0.content) }, uniquingKeysWith: { first, _ in first })
        for (index, file) in files.enumerated() {
            inputs.append(
                Input(place: .file(index), source: file.source, key: document.key(of: contents[file.path])))
        }
        let kept = files.map {
            JobSpec.InputFile(path: $0.path, size: $0.size, isExecutable: $0.isExecutable, digest: "")
        }
        let spec = job.spec(profile: (profile.name, profile.limits), files: kept, stdin: .none)
        if mistakes.isEmpty {
            mistakes += spec.mistakes.map { mistake in
                DocumentMistake(
                    .documentInvalid, document: job.name, position: job.place, pointer: job.pointer,
                    problem: "cannot be run: \(mistake.message.dropLast())", remedy: mistake.remedy)
            }
        }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        return (spec, inputs)
    }

    /// Flags about one job say nothing about many.
    private static func refuse(_ flags: JobOptions, _ what: String) throws {
        let mistakes = flags.given.map { FlagOfOneJob(flag: $0, document: what) }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
    }

    // MARK: Handing it in

    /// Has it wait for jobs that are there already.
    mutating func begin(after needs: [JobNeed]?) { submission.after = needs }

    /// Has the inputs kept, each content once, and hands everything in.
    func handIn(_ daemon: any JobsControl) async throws -> SubmissionReceipt {
        var (submission, kept) = (submission, [Input.Key: BlobReference]())
        for (index, inputs) in inputs.enumerated() {
            for input in inputs {
                let blob: BlobReference
                if let known = kept[input.key] {
                    blob = known
                } else {
                    blob = try await daemon.keep(input.source)
                    kept[input.key] = blob
                }
                switch input.place {
                case .stdin: submission.specs[index].stdin = .stored(digest: blob.digest, size: blob.size)
                case .file(let file):
                    submission.specs[index].files[file].digest = blob.digest
                    submission.specs[index].files[file].size = blob.size
                }
            }
        }
        return try await daemon.submit(submission)
    }
}

/// A flag that only says something of one job.
struct FlagOfOneJob: UserFacingError {
    let flag: String
    let document: String
    var code: ErrorCode { .invalidInput }
    var message: String { "\(flag) is about one job, but the document is \(document)." }
    var remedy: String? { "Write it in the document, under defaults or at the job that is meant." }
}

extension RunDocument {
    /// What makes a content the same as another one of the same document.
    fileprivate func key(of content: JobDocument.Content?) -> SubmissionRequest.Input.Key {
        switch content {
        case .bytes(let bytes): .bytes(bytes)
        case .path(let path): .file(path)
        case nil: .stream
        }
    }
}
