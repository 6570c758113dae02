package import Foundation

/// A folder of its own for a test, gone when the test is over.
package struct TemporaryFolder: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Calls `body` with a new folder of mode 0700.
    package static func with<Value>(_ body: (TemporaryFolder) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "caisson-test-\(UUID())")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer {
            // ignored: what stays in the system's folder for temporary files harms nobody
            try? FileManager.default.removeItem(at: url)
        }
        return try await body(TemporaryFolder(path: url.path))
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and gives its path.
    @discardableResult
    package func write(_ content: String, to name: String) throws -> String {
        try Data(content.utf8).write(to: URL(filePath: file(name)))
        return file(name)
    }

    /// Every file's bytes by name, but for those of `excluded`.
    package func contents(without excluded: Set<String> = []) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where !excluded.contains(name) {
            contents[name] = try Data(contentsOf: URL(filePath: file(name)))
        }
        return contents
    }

    package func mode(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file(name))[.posixPermissions] as? Int
    }

    /// The mode of every file and folder beneath, by its relative path.
    package func modes() throws -> [String: Int] {
        var modes: [String: Int] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            modes[name] = try FileManager.default.attributesOfItem(atPath: file(name))[.posixPermissions] as? Int
        }
        return modes
    }
}
