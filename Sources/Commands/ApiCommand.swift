import ArgumentParser
import ControlClient
import Daemon
import Foundation
import Model
import Ports

/// `caisson api`: one call to the daemon as it stands.
struct ApiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Ask the daemon something directly, and print its answer as it is.")

    enum Method: String, ExpressibleByArgument, CaseIterable {
        case get = "GET"
        case post = "POST"

        /// In any case.
        init?(argument: String) { self.init(rawValue: argument.uppercased()) }
    }

    /// Longest body, as the daemon takes it: 8 MiB.
    private static let bodyBytes = 8 << 20

    @Argument(help: "GET or POST.") var method: Method
    @Argument(help: ArgumentHelp("What is asked, as in /jobs?limit=5; percent-encoded.", valueName: "path"))
    var target: String
    @Option(help: ArgumentHelp("The body of a POST: JSON, @FILE, or - for the standard input.", valueName: "body"))
    var data: String?
    @OptionGroup var socket: SocketOption
    @OptionGroup var home: HomeOption

    func validate() throws {
        guard target.hasPrefix("/") else { throw ValidationError("The path \"\(target)\" must begin with /.") }
        guard data == nil || method == .post else { throw ValidationError("--data goes with POST alone.") }
    }

    func run() async throws {
        let client = try ControlClient(socketPath: try socket.path(home: home))
        do {
            try await run(client: client, output: .standard)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// The command without its surroundings.
    func run(client: ControlClient, output: Output) async throws {
        try await client.call(method == .post, target, body: try await body()) { try output.bytes($0, toError: false) }
        try output.endOfBytes(toError: false)
    }

    private func body() async throws -> [UInt8]? {
        guard let data else { return nil }
        let source: any InputSource
        if data == "-" {
            source = StandardInput(descriptor: FileHandle.standardInput.fileDescriptor)
        } else if data.hasPrefix("@") {
            source = try FileInput(path: String(data.dropFirst()))
        } else {
            return Array(data.utf8)
        }
        var bytes: [UInt8] = []
        while let piece = try await source.next() {
            bytes += piece
            guard bytes.count <= Self.bodyBytes else {
                throw StoreError.tooLarge(what: "The body", limit: ByteCount(bytes: Int64(Self.bodyBytes)))
            }
        }
        return bytes
    }
}

/// Where the daemon's socket is.
struct SocketOption: ParsableArguments {
    /// The socket's name in the data folder.
    static let name = "control.sock"

    @Option(
        help: ArgumentHelp(
            "The daemon's socket. Else CAISSON_SOCKET, else \(SocketOption.name) in the data folder.", valueName: "path"
        ))
    var socket: String?

    func path(home: HomeOption) throws -> String {
        let given = socket ?? ProcessInfo.processInfo.environment["CAISSON_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        if let given { return given }
        return "\(try home.configuration().home)/\(Self.name)"
    }
}
