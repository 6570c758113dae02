import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct RawStreamCrowdTests {
    private static let streams = 300
    private static let rounds = 4
    private static let bytesPerRound = 16 << 10

    @Test("300 streams at once carry their own bytes, while requests go on beside them")
    func crowd() async throws {
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            if request.line.hasPrefix("GET") {
                connection.answer(200, "fine")
                while connection.readRequest() != nil { connection.answer(200, "fine") }
            } else {
                connection.write("HTTP/1.1 101 UPGRADED\r\n\r\n")
                connection.echo()
            }
        }
        try await ScriptedServer.with(script: script) { server, client in
            let streams = try await withThrowingTaskGroup(of: RawStream.self) { group in
                for _ in 0..<Self.streams {
                    group.addTask { try await client.upgrade(HTTPRequest(.post, "/attach")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(server.connections == Self.streams)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, stream) in streams.enumerated() {
                    group.addTask { try await Self.exchange(number, on: stream) }
                }
                group.addTask {
                    for _ in 0..<50 {
                        let response = try await client.send(HTTPRequest(.get, "/"))
                        #expect(response.body == Array("fine".utf8))
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.connections == Self.streams + 1)
            for stream in streams { stream.close() }
        }
    }

    private static func exchange(_ number: Int, on stream: RawStream) async throws {
        for round in 0..<rounds {
            let sent = [UInt8](repeating: UInt8(truncatingIfNeeded: number &* 7 &+ round), count: bytesPerRound)
            try await stream.write(sent)
            var received: [UInt8] = []
            while received.count < sent.count, let more = try await stream.read() { received += more }
            #expect(received == sent)
        }
    }
}
