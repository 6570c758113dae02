import BlobFiles
import Foundation
import Glibc
package import Model
import Ports
import SQLiteStore

/// Which installations somebody works with on this machine, as the kernel tells: whoever has a data folder's database open.
package struct LiveInstallations: Sendable, Hashable {
    /// With the process that has it open.
    package private(set) var processes: [String: Int] = [:]

    /// A process whose installation cannot be found out.
    package struct Unknown: UserFacingError, Hashable {
        package let pid: Int
        package let reason: String
        package var code: ErrorCode { .denied }
        package var message: String {
            "Which installation process \(pid) works with cannot be found out (\(reason)), so nothing is safe to remove."
        }
        package var remedy: String? { "Ask as root, or when process \(pid) has ended." }
    }

    private static let name = "caisson"

    /// Looks at all processes.
    ///
    /// - Parameter root: where the kernel's list of processes is.
    /// - Throws: ``Unknown``, for a process of ours that cannot be looked into, such as another user's.
    package static func find(in root: String = "/proc") async throws -> LiveInstallations {
        var live = LiveInstallations()
        for entry in try FileManager.default.contentsOfDirectory(atPath: root) {
            guard let pid = Int(entry), pid > 0 else { continue }
            for database in try databases(of: pid, in: root) {
                // As that process sees it: it may have another view of the file system.
                let folder = "\(root)/\(pid)/root\(String(database.dropLast(SQLiteJobStore.fileName.utf8.count + 1)))"
                let reader = SQLiteJobReader(folder: folder, blobs: BlobFolder(in: folder, ids: RandomIDs()))
                do throws(StoreError) {
                    if let installation = try await reader.installation() { live.processes[installation] = pid }
                } catch {
                    guard try databases(of: pid, in: root).contains(database) else { continue }  // closed meanwhile
                    throw Unknown(pid: pid, reason: "its database cannot be read")
                }
            }
        }
        return live
    }

    /// The databases by the name of ours that a process has open.
    private static func databases(of pid: Int, in root: String) throws(Unknown) -> Set<String> {
        let folder = "\(root)/\(pid)/fd"
        guard let directory = opendir(folder) else {
            // Another user's, or it has just ended; what is not ours by name has none of our databases open.
            guard errno == EACCES || errno == EPERM, Self.command(pid, root)?.hasPrefix(name) == true else { return [] }
            throw Unknown(pid: pid, reason: "it is another user's")
        }
        defer { closedir(directory) }
        var found: Set<String> = []
        while let entry = readdir(directory) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // ignored: it was closed meanwhile
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)"),
                target.hasSuffix("/\(SQLiteJobStore.fileName)")
            else { continue }
            found.insert(target)
        }
        return found
    }

    private static func command(_ pid: Int, _ root: String) -> String? {
        // ignored: it has ended
        try? String(contentsOfFile: "\(root)/\(pid)/comm", encoding: .utf8)
    }
}
