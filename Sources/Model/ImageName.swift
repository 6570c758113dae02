/// The name of an image of ours, or of one that was added: never a reference, which always has a tag, a digest or an id.
///
/// - Range: `[a-z0-9][a-z0-9._-]{0,62}`.
package struct ImageName: Sendable, Hashable, CustomStringConvertible {
    /// Characters, all of them ASCII.
    package static let maxLength = 63
    package let description: String

    /// - Throws: ``ModelError/malformed(field:value:expected:)`` if `text` is not such a name.
    package init(_ text: String) throws(ModelError) {
        guard Self.isName(text) else {
            let expected = "a lower case letter or digit, and up to 62 more or . _ -"
            throw .malformed(field: "image name", value: String(text.prefix(80)), expected: expected)
        }
        description = text
    }

    /// The name that `text` is, or `nil` if it can only be a reference.
    package init?(ifName text: String) {
        guard Self.isName(text) else { return nil }
        description = text
    }

    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= maxLength else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Names that always mean an image of ours, or a part of the engine's name space that we use ourselves: none of them can
    /// be given to another image.
    package static let reserved: Set<String> = ["added", "base", "build", "cell", "node", "probe", "python", "shell"]

    package var isReserved: Bool { Self.reserved.contains(description) }

    /// The reference under which the engine has an image of ours of this name, as `Scripts/images` loads it.
    package var localReference: String { "\(Self.localPrefix)\(description)\(Self.localSuffix)" }

    /// The name of an image of ours, from its reference.
    package init?(localReference text: String) {
        guard text.hasPrefix(Self.localPrefix), text.hasSuffix(Self.localSuffix) else { return nil }
        let name = text.dropFirst(Self.localPrefix.count).dropLast(Self.localSuffix.count)
        guard Self.isName(String(name)) else { return nil }
        description = String(name)
    }

    private static let localPrefix = "caisson/"
    private static let localSuffix = ":local"

    /// Whether a reference says which image it means: with a tag, a digest or an id.
    ///
    /// Without one, engines take `latest`, which may be another image tomorrow.
    package static func isExact(reference: String) -> Bool {
        if reference.contains("@") { return true }
        let last = reference.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return last.contains(":")
    }
}
