import FoundationEssentials
package import Model
import Profiles

/// The hardening of a class of jobs: a reviewed file, not something a job can change.
package struct Profile: Sendable, Hashable {
    package let name: String
    package let description: String
    /// What a job gets unless it asks for less or, within the ranges of ``Limits``, more.
    package let limits: Limits
    /// The list that the Engine loads into every process of the container; as its file has it, for the create body.
    package let outer: SeccompList
    package let outerJSON: String
    /// The list that the cell loads into the tool alone; what a tool can reach is what both allow.
    package let inner: SeccompList
    package let maskedPaths: [String]
    package let readOnlyPaths: [String]
    /// The bytes of all its files, in a fixed order: what its digest is made of.
    package let content: [UInt8]

    /// The profile of a job that names none.
    package static let standardName = "standard"

    /// The profiles that are built into the program.
    package static let names: [String] = ProfileFiles.all.keys.compactMap { file in
        let parts = file.split(separator: ".")
        return parts.count == 2 ? String(parts[0]) : nil
    }.sorted()

    /// A built-in profile.
    package static func named(_ name: String) throws(HardeningError) -> Profile {
        guard names.contains(name) else { throw .unknownProfile(name, known: names) }
        return try Profile(files: ProfileFiles.all, name: name)
    }

    /// Reads a profile from `NAME.json` and the two lists that it names.
    ///
    /// - Throws: ``HardeningError/brokenProfile(file:detail:)``, also for limits that are out of range.
    package init(files: [String: [UInt8]], name: String) throws(HardeningError) {
        let document: Document = try Self.read("\(name).json", from: files)
        guard document.name == name else {
            throw .brokenProfile(file: "\(name).json", detail: "it is named \(document.name)")
        }
        if let mistake = document.limits.mistakes.first {
            throw .brokenProfile(file: "\(name).json", detail: mistake.message)
        }
        let (outerFile, innerFile) = (document.seccomp.outer, document.seccomp.inner)
        outer = try Self.read(outerFile, from: files)
        inner = try Self.read(innerFile, from: files)
        for (file, list) in [(outerFile, outer), (innerFile, inner)] {
            if let mistake = list.mistake { throw .brokenProfile(file: file, detail: mistake) }
        }
        self.name = name
        description = document.description
        limits = document.limits
        outerJSON = String(decoding: files[outerFile] ?? [], as: UTF8.self)
        maskedPaths = document.maskedPaths
        readOnlyPaths = document.readOnlyPaths
        content = ["\(name).json", outerFile, innerFile].flatMap { files[$0] ?? [] }
    }

    private static func read<Value: Decodable>(
        _ file: String, from files: [String: [UInt8]]
    ) throws(HardeningError) -> Value {
        guard let bytes = files[file] else { throw .brokenProfile(file: file, detail: "it is missing") }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw .brokenProfile(file: file, detail: "\(error)")
        }
    }
}

/// A profile file as it is written.
private struct Document: Decodable {
    struct Seccomp: Decodable { let outer, inner: String }

    let name: String
    let description: String
    let limits: Limits
    let seccomp: Seccomp
    let maskedPaths: [String]
    let readOnlyPaths: [String]

    enum CodingKeys: String, CodingKey {
        case name, description, limits, seccomp
        case maskedPaths = "masked_paths"
        case readOnlyPaths = "read_only_paths"
    }
}
