import ControlWire
import Glibc
import Model
import TestSupport
import Testing

@testable import ControlClient

@Suite struct ControlErrorTests {
    @Test("what the daemon says is passed on, also what only a newer one says")
    func refused() {
        let known = ControlError(
            status: 404,
            body: Array(
                #"{"error":{"code":"not_found","message":"No.","remedy":"Look.","id":"0123abcd","more":1}}"#.utf8))
        #expect(known == .refused(code: "not_found", message: "No.", remedy: "Look.", id: "0123abcd"))
        #expect(known.code == .notFound)
        #expect(known.message == "No.")
        #expect(known.remedy == "Look.")
        let newer = ControlError(
            status: 418, body: Array(#"{"error":{"code":"tea_pot","message":"I am one.","id":"0123abcd"}}"#.utf8))
        #expect(newer.code == .daemonProtocol)
        #expect(newer.message == "The daemon refused with tea_pot: I am one.")
        #expect(newer.remedy == nil)
        #expect(newer.requestID == "0123abcd")
        #expect(ControlError(status: 502, body: Array("<html>".utf8)).code == .daemonProtocol)
    }

    private func version(at path: String) async throws -> ControlError? {
        let client = try ControlClient(socketPath: path)
        let error = await #expect(throws: ControlError.self) { try await client.version() }
        await client.shutdown()
        return error
    }

    @Test("no socket, and one that nobody listens at, are told apart")
    func unreachable() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            let none = try await version(at: path)
            #expect(none == .unreachable(path: path, .noSocket))
            #expect(none?.code == .daemonUnreachable)
            close(try UnixSocket.listen(at: path, backlog: 1))
            let stale = try await version(at: path)
            #expect(stale == .unreachable(path: path, .stale))
            #expect(stale?.message.contains("its socket is there") == true)
        }
    }

    @Test("a path that no socket can have is refused before anything is tried")
    func path() throws {
        let path = "/" + String(repeating: "x", count: 107)
        let error = #expect(throws: ControlError.self) { try ControlClient(socketPath: path) }
        #expect(error == .pathUnusable(path: path))
        #expect(error?.message.contains("108 bytes") == true)
        #expect(error?.code == .invalidInput)
    }
}
