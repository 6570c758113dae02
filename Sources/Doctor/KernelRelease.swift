/// The number that those who make the kernel gave it, behind the one of a distribution.
package enum KernelRelease {
    /// As in `5.10.205` of `5.10.0-27-amd64`; `nil` if the distribution does not tell it.
    ///
    /// - Parameters:
    ///   - version: the content of `/proc/version`: Debian writes `Debian 5.10.205-2` into it.
    ///   - signature: the content of `/proc/version_signature`, which Ubuntu has, as in `Ubuntu 5.15.0-91.101-generic 5.15.131`.
    package static func upstream(version: String?, signature: String?) -> String? {
        if let signature { return signature.split(separator: " ").last.map(String.init) }
        let words = version?.split(separator: " ") ?? []
        guard let index = words.firstIndex(of: "Debian"), index + 1 < words.count else { return nil }
        return String(words[index + 1])
    }

    /// Whether a release says nothing of the mends in it: `5.14.0-503.el9` stays at 0 whatever its distribution puts in.
    static func hidesPatches(_ release: String) -> Bool {
        let parts = release.split(separator: "-", maxSplits: 1)
        return parts.count == 2 && parts[0].split(separator: ".").dropFirst(2).allSatisfy { $0 == "0" }
    }
}
