import ArgumentParser
import ControlAPI
import ControlClient
import Foundation
import Logging
import Model
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite struct ApiCommandTests {
    private struct Echo: RouteGroup {
        struct Document: Codable {
            var text: String
        }
        var routes: [Route] {
            [
                .get("/long") { _ in
                    ControlAnswer(
                        contentType: ControlAnswer.bytesType,
                        body: .stream { writer in
                            for _ in 0..<20 { try await writer.write([UInt8](repeating: 65, count: 100_000)) }
                        })
                },
                .get("/who", query: ["x"]) { try .json(["x": $0.query["x"] ?? ""]) },
                .post("/echo") { try .json(["got": try await $0.document(Document.self).text]) },
            ]
        }
    }

    /// What the command prints, with a daemon that listens.
    private func printed(_ arguments: [String]) async throws -> String {
        try await TemporaryFolder.with { folder in
            let (path, listening, data) = (folder.file("s"), Latch(), Kept())
            let server = ControlServer(
                path: path, routes: [Echo()], ids: SeededIDs(seed: 1),
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }, whenListening: { listening.open() })
            let client = try ControlClient(socketPath: path)
            let words = arguments.map { $0.replacing("FOLDER", with: folder.path) }
            try folder.write(#"{"text":"from a file"}"#, to: "body.json")
            let result: Result<Void, any Error> = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                await listening.wait()
                let result: Result<Void, any Error>
                do {
                    let command = try ApiCommand.parse(words)
                    result = .success(
                        try await command.run(client: client, output: Output { _, more in data.add(more) }))
                } catch {
                    result = .failure(error)
                }
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {
                    // ignored: that is how it was ended
                }
                return result
            }
            await client.shutdown()
            try result.get()
            return data.text
        }
    }

    private final class Kept: Sendable {
        private let data = Mutex(Data())
        func add(_ more: Data) { data.withLock { $0 += more } }
        var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }
    }

    @Test("the answer is printed as it is")
    func answers() async throws {
        let query = try await printed(["get", "/who?x=a%20b"])
        #expect(query == "{\"x\":\"a b\"}\n")
        let long = try await printed(["GET", "/long"])
        #expect(long.utf8.count == 2_000_000)
    }

    @Test("a body is given as it is, or by a file")
    func bodies() async throws {
        let given = try await printed(["POST", "/echo", "--data", #"{"text":"hi"}"#])
        #expect(given == "{\"got\":\"hi\"}\n")
        let file = try await printed(["POST", "/echo", "--data", "@FOLDER/body.json"])
        #expect(file == "{\"got\":\"from a file\"}\n")
    }

    @Test("what the daemon refuses ends the command with the status of its code")
    func refused() async throws {
        let unknown = await #expect(throws: ControlError.self) { try await printed(["GET", "/nothing"]) }
        #expect(unknown?.code == .endpointUnknown)
        #expect(unknown.map { Failure($0).status } == .invalidInput)
        let member = await #expect(throws: ControlError.self) {
            try await printed(["POST", "/echo", "--data", #"{"text":"hi","more":1}"#])
        }
        #expect(member?.message == "The request's body at /more is wrong: there is no such member.")
    }

    @Test(
        "what cannot be asked is told before anything is",
        arguments: [["GET", "jobs"], ["GET", "/x", "--data", "y"], ["PUT", "/x"]])
    func usage(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try ApiCommand.parse(arguments) }
    }

    @Test("the socket is that of the flag, else one in the data folder")
    func socket() throws {
        let command = try ApiCommand.parse(["GET", "/x", "--socket", "/a/b"])
        #expect(try command.socket.path(home: command.home) == "/a/b")
        let other = try ApiCommand.parse(["GET", "/x", "--home", "/c"])
        #expect(try other.socket.path(home: other.home) == "/c/control.sock")
    }
}
