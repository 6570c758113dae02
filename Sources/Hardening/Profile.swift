import FoundationEssentials
package import Model

/// The hardening of a class of jobs: a reviewed file, not something a job can change.
package struct Profile: Sendable, Hashable {
    package let name: String
    /// What the class may do; its first sentence says which programs it is for.
    package let description: String
    /// What a job gets unless it asks for less or, within the ranges of ``Limits``, more.
    package let limits: Limits
    /// Whether its jobs may run on a kernel without Landlock.
    package let landlock: LandlockDemand
    /// The list that the Engine loads into every process of the container.
    package let outer: SeccompList
    /// The outer list for the create body: written anew, so that the engine reads exactly what was checked here.
    package let outerJSON: String
    /// The list that the cell loads into the tool alone; what a tool can reach is what both allow.
    package let inner: SeccompList
    package let maskedPaths: [String]
    package let readOnlyPaths: [String]
    /// Whether files of `/work` may be executed as programs; those of `/tmp` never.
    package let executableWork: Bool

    /// Reads a profile from `NAME.json`, `NAME.outer.json` and `NAME.inner.json`.
    ///
    /// - Parameters:
    ///   - files: by file name; others are left alone.
    ///   - folder: where they are from, for messages.
    /// - Throws: ``HardeningError/brokenProfile(file:detail:)``, also for limits that are out of range.
    package init(files: [String: [UInt8]], name: String, folder: String? = nil) throws(HardeningError) {
        let names = ProfileSet.fileNames(of: name)
        let path = { (file: String) in folder.map { "\($0)/\(file)" } ?? file }
        let document = try StrictJSON.read(Document.self, from: files, names[0], folder: folder)
        guard document.name == name else {
            throw .brokenProfile(file: path(names[0]), detail: "/name is \"\(document.name)\", not \"\(name)\"")
        }
        let mistakes = document.limits.mistakes.map(\.message) + document.pathMistakes
        if let mistake = mistakes.first { throw .brokenProfile(file: path(names[0]), detail: mistake) }
        outer = try StrictJSON.read(SeccompList.self, from: files, names[1], folder: folder)
        inner = try StrictJSON.read(SeccompList.self, from: files, names[2], folder: folder)
        for (file, list) in [(names[1], outer), (names[2], inner)] {
            if let mistake = list.mistake { throw .brokenProfile(file: path(file), detail: mistake) }
        }
        if outer.asks {
            throw .brokenProfile(
                file: path(names[1]), detail: "SCMP_ACT_NOTIFY is for inner lists: an engine has nobody to ask")
        }
        self.name = name
        description = document.description
        (limits, landlock) = (document.limits, document.landlock)
        (maskedPaths, readOnlyPaths) = (document.maskedPaths, document.readOnlyPaths)
        executableWork = document.executableWork
        outerJSON = try outer.engineJSON
    }

    /// The variant of `profile` for jobs that offer services, and use them, over TCP on loopback.
    init(_ profile: Profile, with services: ServiceLists) throws(HardeningError) {
        name = profile.name + ServiceLists.suffix
        description = "\(profile.description) Beside that, it has \(ServiceLists.description)."
        (limits, executableWork, landlock) = (profile.limits, profile.executableWork, profile.landlock)
        (maskedPaths, readOnlyPaths) = (profile.maskedPaths, profile.readOnlyPaths)
        outer = try services.outer.added(to: profile.outer)
        inner = try services.inner.added(to: profile.inner)
        outerJSON = try outer.engineJSON
    }
}

/// A profile file as it is written.
private struct Document: Codable {
    let name: String
    let description: String
    let limits: Limits
    let landlock: LandlockDemand
    let maskedPaths: [String]
    let readOnlyPaths: [String]
    let executableWork: Bool

    enum CodingKeys: String, CodingKey {
        case name, description, limits, landlock
        case maskedPaths = "masked_paths"
        case readOnlyPaths = "read_only_paths"
        case executableWork = "executable_work"
    }

    /// An engine takes a list of its own if it is given none: an empty one would mask nothing.
    var pathMistakes: [String] {
        var mistakes: [String] = []
        for (key, paths) in [("/masked_paths", maskedPaths), ("/read_only_paths", readOnlyPaths)] {
            if paths.isEmpty { mistakes.append("\(key) is empty") }
            for (index, path) in paths.enumerated()
            where !path.hasPrefix("/") || path.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }) {
                mistakes.append("\(key)/\(index) must be an absolute path without . and ..")
            }
        }
        return mistakes
    }
}
