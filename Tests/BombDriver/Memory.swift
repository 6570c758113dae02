import Foundation

/// What this process holds of memory, as the kernel has it.
///
/// - Source: proc(5), `status` and `clear_refs`.
enum Memory {
    /// The resident bytes, which are the peak from now on.
    static func resetPeak() throws -> Int {
        let handle = try FileHandle(forWritingTo: URL(filePath: "/proc/self/clear_refs"))
        try handle.write(contentsOf: Data("5".utf8))
        try handle.close()
        return try bytes("VmRSS")
    }

    /// The most resident bytes since then.
    static func peak() throws -> Int { try bytes("VmHWM") }

    private static func bytes(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw POSIXError(.EPROTO)
        }
        return kibibytes << 10
    }
}
