package import Model

/// A job as a document asks for it; what it does not say is `nil` or empty.
///
/// The same for a job alone, for a node of a graph, and for what the nodes of a graph have in common.
package struct JobDocument: Sendable {
    /// The keys of a job document.
    package enum Key: String, Sendable, CaseIterable {
        case kind, image, command, files, stdin, env, profile, limits
        case outputPolicy = "output_policy"
        case artifacts, changes, egress, effect, retry, project, queue, priority, concurrency, delay
        case notBefore = "not_before"
        case hold
        case idempotencyKey = "idempotency_key"
    }

    /// Bytes that a document brings along, or names.
    package enum Content: Sendable, Hashable {
        case bytes([UInt8])
        /// A local file, relative to the document's folder.
        case path(String)
    }

    /// The keys of ``Content``, of which exactly one is given.
    package enum ContentKey: String, Sendable, CaseIterable {
        case content, base64, path
    }

    /// One file for `/work`.
    package struct File: Sendable {
        /// Beneath `/work`.
        package let name: String
        package let content: Content
        /// `nil`: as the local file is, and not for content that stands in the document.
        package let isExecutable: Bool?
        package let pointer: DocumentPointer
        package let position: DocumentPosition

        /// The key beside those of ``Content``.
        package static let executableKey = "executable"
    }

    /// One file for `/work` that another node of the graph leaves.
    package struct Reference: Sendable {
        /// Beneath `/work`.
        package let name: String
        package let reference: InputReference
        package let isExecutable: Bool
        package let position: DocumentPosition

        /// The keys of a reference: `from`, and exactly one of the others.
        package enum Key: String, Sendable, CaseIterable { case from, result, stdout, stderr, artifact }
    }

    /// The keys of `retry`.
    package enum RetryKey: String, Sendable, CaseIterable { case attempts, base, cap }
    /// The keys of `concurrency`.
    package enum ConcurrencyKey: String, Sendable, CaseIterable { case key, limit }

    package static let kind = "job"
    /// Keys that a later release will take.
    package static let laterKeys: Set<String> = ["secrets", "services"]
    /// The longest `delay`.
    package static let longestDelay = Duration.seconds(365 * 86_400)

    /// The document's name, as it was given.
    package let name: String
    package internal(set) var image: String?
    package internal(set) var command: [String]?
    package internal(set) var files: [File] = []
    /// Only of a node of a graph.
    package internal(set) var references: [Reference] = []
    package internal(set) var stdin: Content?
    package internal(set) var environment: [String: String] = [:]
    package internal(set) var profile: String?
    package internal(set) var limits: [LimitField: Int64] = [:]
    package internal(set) var outputPolicy: JobSpec.OutputPolicy?
    package internal(set) var artifacts: [String] = []
    package internal(set) var changes: Bool?
    package internal(set) var effect: Effect?
    package internal(set) var retry: RetryPolicy?
    package internal(set) var project: String?
    package internal(set) var queue: String?
    package internal(set) var priority: Int?
    package internal(set) var concurrency: Placement.Concurrency?
    package internal(set) var delay: Duration?
    package internal(set) var notBefore: WallTime?
    package internal(set) var isHeld: Bool?
    package internal(set) var idempotencyKey: String?
    /// Where it stands in its document.
    package internal(set) var pointer = DocumentPointer.root
    package internal(set) var place: DocumentPosition?
    /// Where its keys stand; what comes from the defaults of a graph stands there.
    private var places: [Place] = []

    private struct Place {
        let key: Key
        let pointer: DocumentPointer
        let position: DocumentPosition
    }

    init(name: String) { self.name = name }

    mutating func note(_ key: Key, _ pointer: DocumentPointer, at position: DocumentPosition) {
        places.removeAll { $0.key == key }
        places.append(Place(key: key, pointer: pointer, position: position))
    }

    func position(of key: Key) -> DocumentPosition? { places.first { $0.key == key }?.position }

    /// A mistake that only shows when the document meets the rest of what is asked for, told with its place.
    package func mistake(_ key: Key, _ problem: String, remedy: String?) -> DocumentMistake {
        let place = places.first { $0.key == key }
        return DocumentMistake(
            .documentInvalid, document: name, position: place?.position,
            pointer: place?.pointer ?? pointer.member(key.rawValue), problem: problem, remedy: remedy)
    }

    /// Where the job stands among others, as far as it says.
    package var placement: Placement {
        Placement(
            project: project ?? Placement.defaultName, queue: queue ?? Placement.defaultName, priority: priority ?? 0,
            concurrency: concurrency)
    }

    /// What it says of a submission of it alone beside what is run: how often, where, when and as what.
    package func complete(_ submission: inout Submission) {
        (submission.specs[0].effect, submission.specs[0].retry) = (effect ?? .pure, retry ?? .none)
        (submission.placement, submission.nodes[0].placement) = (placement, placement)
        delay(&submission.nodes[0])
        (submission.isHeld, submission.idempotencyKey) = (isHeld ?? false, idempotencyKey)
    }

    /// What it says of when it may begin, for a node that is handed in.
    package func delay(_ node: inout NodeSpec) {
        (node.notBefore, node.delayMilliseconds) = (notBefore, delay?.wholeMilliseconds)
    }
}
