import Documents
import Foundation
import Glibc
import Model

/// What was set, where, before it is known what it means.
package struct SettingSources: Sendable {
    struct Given: Sendable {
        let text: String
        let origin: SettingOrigin
        /// What a relative path begins in; `nil` if it must be absolute.
        let folder: String?
    }

    /// The configuration file that was read.
    package let path: String?
    /// What is set, by key: of several places the one that wins.
    private(set) var given: [String: Given] = [:]
    private(set) var mistakes: [any UserFacingError] = []

    /// The name of the configuration file in a data folder.
    package static let fileName = "config.yaml"
    /// What names the file, if no flag does.
    package static let fileVariable = "CAISSON_CONFIG"
    /// Bytes of a configuration file; one with every setting has about 2 KiB.
    private static let fileBound = 1 << 20

    /// Reads file, environment and flags, which win over each other in this order.
    ///
    /// - Parameters:
    ///   - home: the data folder.
    ///   - file: the file that a flag has named.
    ///   - flags: key, text, and the flag as it is written; of two for one key the last one wins.
    ///   - known: all keys that there are.
    package init(
        home: String, file: String?, environment: [String: String], flags: [(key: String, text: String, flag: String)],
        known: [String]
    ) {
        let named = file ?? environment[Self.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        path = Self.read(named, home: home, known: known, into: &given, &mistakes)
        let current = FileManager.default.currentDirectoryPath
        let folder = current.isEmpty ? nil : current
        for key in known {
            let name = Self.variable(of: key)
            guard let text = environment[name], !text.isEmpty else { continue }
            given[key] = Given(text: text, origin: .variable(name), folder: folder)
        }
        for (key, text, flag) in flags {
            guard known.contains(key) else {
                mistakes.append(
                    UnknownSetting(key: key, origin: .flag(flag), guess: Spelling.nearest(to: key, among: known)))
                continue
            }
            given[key] = Given(text: text, origin: .flag(flag), folder: folder)
        }
    }

    /// Nothing is set.
    package init() { path = nil }

    /// The environment variable for a setting.
    static func variable(of key: String) -> String {
        "CAISSON_\(key.uppercased().split(separator: ".").joined(separator: "_"))"
    }

    /// Reads the file that was named, else that of the data folder if there is one; gives the path of what was read.
    private static func read(
        _ named: String?, home: String, known: [String], into given: inout [String: Given],
        _ mistakes: inout [any UserFacingError]
    ) -> String? {
        let path = InstanceConfiguration.absolute(
            named ?? "\(home)/\(fileName)", in: FileManager.default.currentDirectoryPath)
        let bytes: [UInt8]
        do {
            guard let content = try content(of: path, isNamed: named != nil) else { return nil }
            bytes = content
        } catch {
            mistakes.append(error)
            return path
        }
        let document = SettingsDocument(reading: bytes, name: path, known: known)
        mistakes += document.mistakes
        for entry in document.entries {
            given[entry.key] = Given(
                text: entry.text,
                origin: .file(path: path, line: entry.position.line, column: entry.position.column), folder: nil)
        }
        return path
    }

    /// - Returns: `nil` if nobody has named the file and there is none.
    private static func content(of path: String, isNamed: Bool) throws(UnreadableConfiguration) -> [UInt8]? {
        func failure(_ reason: String) -> UnreadableConfiguration {
            UnreadableConfiguration(path: path, reason: reason, isNamed: isNamed)
        }
        // Not blocking: a FIFO under that name must not hold up a start.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else {
            if !isNamed, errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(Look.words(errno))
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("it is not a regular file")
        }
        var bytes = [UInt8](repeating: 0, count: fileBound + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: length), $0.count - length)
            }
            guard count >= 0 else { throw failure(Look.words(errno)) }
            if count == 0 { break }
            length += count
        }
        guard length <= fileBound else { throw failure("it has more than \(ByteCount(bytes: Int64(fileBound)))") }
        return Array(bytes.prefix(length))
    }
}
