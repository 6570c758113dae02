import Foundation

/// Where a command writes: what was asked for to stdout, our own words to stderr.
struct Output: Sendable {
    private let write: @Sendable (_ toError: Bool, Data) throws -> Void

    init(_ write: @escaping @Sendable (_ toError: Bool, Data) throws -> Void) { self.write = write }

    /// The process's own streams.
    static let standard = Output { toError, data in
        try (toError ? FileHandle.standardError : .standardOutput).write(contentsOf: data)
    }

    func line(_ text: String) { print(Data("\(text)\n".utf8), toError: false) }
    func error(_ text: String) { print(Data("\(text)\n".utf8), toError: true) }

    /// Bytes as they are, to stdout or to stderr.
    ///
    /// - Throws: when nobody takes them any more, such as a pipe whose reader has ended.
    func bytes(_ bytes: [UInt8], toError: Bool) throws { try write(toError, Data(bytes)) }

    private func print(_ data: Data, toError: Bool) {
        try? write(toError, data)  // ignored: there is nobody left to tell
    }
}
