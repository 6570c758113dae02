import Dispatch
import Foundation
import Waiting

/// Programs of the system, as clients that are not ours.
enum Programs {
    struct End: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program to its end, its output together.
    static func run(_ path: String, _ arguments: [String]) async throws -> End {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        process.standardInput = FileHandle.nullDevice
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { ended in
            end.yield(ended.terminationStatus)
            end.finish()
        }
        try process.run()
        let handle = pipe.fileHandleForReading
        let data = try await DispatchQueue(label: "test.program").run { () throws(any Error) in
            try handle.readToEnd() ?? Data()
        }
        var status: Int32 = -1
        for await told in ends { status = told }
        return End(status: status, output: String(decoding: data, as: UTF8.self))
    }

    /// `curl` over the socket; the answer with its head.
    static func curl(_ socket: String, _ arguments: [String]) async throws -> End {
        try await run("/usr/bin/curl", ["-s", "-S", "-i", "--max-time", "60", "--unix-socket", socket] + arguments)
    }
}
