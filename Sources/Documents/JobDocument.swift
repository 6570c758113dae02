package import Model

/// A job as a document asks for it; what it does not say is `nil` or empty.
package struct JobDocument: Sendable {
    /// The keys of a job document.
    package enum Key: String, Sendable, CaseIterable {
        case kind, image, command, files, stdin, env, profile, limits
        case outputPolicy = "output_policy"
        case artifacts, changes, egress, effect
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

    package static let kind = "job"
    /// The only effect there is until jobs may have others.
    package static let effect = "pure"
    /// Keys that a later release will take.
    package static let laterKeys: Set<String> = ["retry", "needs", "queue", "after", "secrets", "services"]

    /// The document's name, as it was given.
    package let name: String
    package internal(set) var image: String?
    package internal(set) var command: [String]?
    package internal(set) var files: [File] = []
    package internal(set) var stdin: Content?
    package internal(set) var environment: [String: String] = [:]
    package internal(set) var profile: String?
    package internal(set) var limits: [LimitField: Int64] = [:]
    package internal(set) var outputPolicy: JobSpec.OutputPolicy?
    package internal(set) var artifacts: [String] = []
    package internal(set) var changes: Bool?
    /// Where its keys stand.
    private(set) var positions: [Key: DocumentPosition] = [:]

    init(name: String) { self.name = name }

    mutating func note(_ key: Key, at position: DocumentPosition) { positions[key] = position }

    /// A mistake that only shows when the document meets the rest of what is asked for, told with its place.
    package func mistake(_ key: Key, _ problem: String, remedy: String?) -> DocumentMistake {
        DocumentMistake(
            .documentInvalid, document: name, position: positions[key],
            pointer: DocumentPointer.root.member(key.rawValue), problem: problem, remedy: remedy)
    }
}
