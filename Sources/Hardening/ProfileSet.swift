import Profiles

/// Profiles by name: those that are built into the program, or those of a folder, never both.
package struct ProfileSet: Sendable {
    /// The folder that the files are from, as it was given; `nil` for the built-in ones.
    package let folder: String?
    /// The profiles that have files of their own, in the order of the alphabet.
    package let classes: [String]
    /// All of them in the order of the alphabet: each class, and its variant for services if there is the addition for it.
    package let names: [String]
    private let files: [String: [UInt8]]

    /// The profile of a job in an image that has no profile of its own name.
    package static let fallback = "shell"
    package static let builtIn = ProfileSet(files: ProfileFiles.all, folder: nil)

    /// - Parameter files: `NAME.json`, `NAME.outer.json` and `NAME.inner.json` of each profile, and `services.outer.json` and
    ///   `services.inner.json` if each is to have a variant for services; by file name.
    package init(files: [String: [UInt8]], folder: String?) {
        (self.files, self.folder) = (files, folder)
        let classes = files.keys.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
            .filter { Self.isName($0) && $0 != ServiceLists.name }.sorted()
        let hasServices = ServiceLists.fileNames.allSatisfy(files.keys.contains)
        self.classes = classes
        names = classes.flatMap { hasServices ? [$0, $0 + ServiceLists.suffix] : [$0] }.sorted()
    }

    /// Whether `text` can name a profile: a lower-case letter, then letters, digits and hyphens, at most 32 in all.
    package static func isName(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= 32 else { return false }
        return text.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// The names of the files that make up a profile, in the order in which they count for its digest.
    package static func fileNames(of name: String) -> [String] {
        let own = className(of: name)
        let files = ["\(own).json", "\(own).outer.json", "\(own).inner.json"]
        return own == name ? files : files + ServiceLists.fileNames
    }

    /// The class of a variant, or the name as it is.
    private static func className(of name: String) -> String {
        name.hasSuffix(ServiceLists.suffix) ? String(name.dropLast(ServiceLists.suffix.count)) : name
    }

    /// - Throws: ``HardeningError``.
    package func profile(named name: String) throws(HardeningError) -> Profile {
        guard names.contains(name) else { throw .unknownProfile(name, known: names) }
        let own = Self.className(of: name)
        let profile = try Profile(files: files, name: own, folder: folder)
        return own == name ? profile : try Profile(profile, with: ServiceLists(files: files, folder: folder))
    }

    /// What a profile's digest is made of: its files, each after its name and its length.
    package func content(of name: String) -> [UInt8] {
        Self.fileNames(of: name).flatMap { file in
            let bytes = files[file] ?? []
            return Array("\(file) \(bytes.count)\n".utf8) + bytes
        }
    }

    /// The name of the profile for a job that names none: the image's own name if there is such a profile, else ``fallback``.
    ///
    /// The image's own name is the last part of a reference without tag and digest: `python` of
    /// `registry.example/team/python:3.12`. A profile that lets programs of `/work` be executed is for who asks for it: by its
    /// name, or by that of our own image, which nobody else can give away.
    package func name(forImage reference: String) -> String {
        let path = reference.prefix { $0 != "@" }.split(separator: "/").last ?? ""
        let own = String(path.prefix { $0 != ":" })
        guard classes.contains(own) else { return Self.fallback }
        let executesWork = (try? profile(named: own))?.executableWork ?? false  // ignored: told when it is used
        return executesWork && reference != own ? Self.fallback : own
    }
}
