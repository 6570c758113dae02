import Foundation
package import Hardening

/// Reads profiles from a folder, whole and at once.
package enum ProfileFolder {
    /// Bytes of one file; the built-in ones have about 8 KiB.
    package static let fileBound = 1 << 20
    /// Profiles of one folder.
    package static let profileBound = 64

    /// The profiles in `path`: for each `NAME.json` whose name can be a profile's, that file and its two lists,
    /// and the addition for services, if it is there.
    ///
    /// Other files are left alone. What the files hold is only checked when a profile is asked for.
    ///
    /// - Throws: ``HardeningError/unreadable(path:reason:)``.
    package static func read(_ path: String) throws(HardeningError) -> ProfileSet {
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path: path, reason: "is not a folder that can be read")
        }
        let found = ProfileSet(files: Dictionary(uniqueKeysWithValues: entries.map { ($0, []) }), folder: path)
        guard found.classes.count <= profileBound else {
            throw .unreadable(path: path, reason: "holds \(found.classes.count) profiles, but may hold \(profileBound)")
        }
        var files: [String: [UInt8]] = [:]
        for file in Set(found.names.flatMap(ProfileSet.fileNames)).intersection(entries) {
            files[file] = try content(of: "\(path)/\(file)")
        }
        return ProfileSet(files: files, folder: path)
    }

    private static func content(of path: String) throws(HardeningError) -> [UInt8] {
        do {
            let resolved = URL(filePath: path).resolvingSymlinksInPath()
            let kind = try FileManager.default.attributesOfItem(atPath: resolved.path)[.type] as? FileAttributeType
            guard kind == .typeRegular else {
                throw HardeningError.unreadable(path: path, reason: "is not a regular file")
            }
            let handle = try FileHandle(forReadingFrom: resolved)
            defer { try? handle.close() }  // ignored: it was only read
            let bytes = try handle.read(upToCount: fileBound + 1) ?? Data()
            guard bytes.count <= fileBound else {
                throw HardeningError.unreadable(path: path, reason: "is larger than 1 MiB")
            }
            return Array(bytes)
        } catch let error as HardeningError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: "cannot be opened")
        }
    }
}
