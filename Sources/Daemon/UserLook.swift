import Foundation
import Glibc

/// Users and groups by this machine's own files: looking one up elsewhere could take long.
enum UserLook {
    /// The name of a user, else the number.
    static func userName(_ id: UInt32) -> String { name(id, in: "/etc/passwd") ?? "\(id)" }

    /// The name of a group, else the number.
    static func groupName(_ id: UInt32) -> String { name(id, in: "/etc/group") ?? "\(id)" }

    /// Who is of a group, besides root and ourselves; `nil` if the files cannot be read.
    static func others(inGroup id: UInt32) -> [String]? {
        guard let groups = rows("/etc/group"), let users = rows("/etc/passwd") else { return nil }
        let listed = groups.filter { $0.count > 3 && $0[2] == "\(id)" }.flatMap { $0[3].split(separator: ",") }
        let primary = users.filter { $0.count > 3 && $0[3] == "\(id)" }.map { $0[0] }
        let names = Set(listed.map(String.init) + primary.map(String.init))
        return names.subtracting(["root", userName(geteuid())]).sorted()
    }

    /// Whether others than root and we may change what lies at `path`, or put something else in its place; `nil` if that cannot be
    /// read.
    static func othersMayWrite(_ path: String) -> Bool? {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard let file = othersMayWriteInto(path), let parent = othersMayWriteInto(folder) else { return nil }
        return file || parent
    }

    private static func othersMayWriteInto(_ path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_uid == 0 || status.st_uid == geteuid() else { return true }
        // In a folder with the sticky bit only a file's owner replaces it.
        guard status.st_mode & S_ISVTX == 0, status.st_mode & 0o022 != 0 else { return false }
        guard status.st_mode & 0o002 == 0 else { return true }
        // Many systems give each user a group of their own, and then let groups write.
        return others(inGroup: status.st_gid).map { !$0.isEmpty }
    }

    private static func name(_ id: UInt32, in path: String) -> String? {
        rows(path)?.first { $0.count > 2 && $0[2] == "\(id)" }.map { String($0[0]) }
    }

    private static func rows(_ path: String) -> [[Substring]]? {
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: content, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ":", omittingEmptySubsequences: false)
        }
    }
}
