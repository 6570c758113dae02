import Synchronization
import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct StreamedUploadTests {
    private static let piece = [UInt8](repeating: 7, count: 64 << 10)

    private static func request(
        lengthBytes: Int? = nil, total: Duration = .seconds(50)
    ) throws -> HTTPRequest {
        let body = HTTPRequest.Body.streamed(lengthBytes: lengthBytes, contentType: "application/x-tar")
        return try HTTPRequest(.post, "/load", body: body, timeouts: .init(total: total))
    }

    @Test("a body of unknown length arrives whole, in chunks", arguments: Transport.allCases, [0, 1, 40])
    func chunked(transport: Transport, pieces: Int) async throws {
        let script: ScriptedServer.Script = { connection in
            let head = connection.readHead() ?? []
            let body = connection.readChunks()
            connection.answer(
                200, "\(body?.count ?? -1)", headers: ["Echo: \(head.contains("Transfer-Encoding: chunked"))"])
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let source = Pieces(Array(repeating: Self.piece, count: pieces))
            let response = try await client.send(Self.request(), streaming: source)
            #expect(String(decoding: response.body, as: UTF8.self) == "\(pieces * Self.piece.count)")
            #expect(response.headers["Echo"] == "true")
        }
    }

    @Test("a body of known length arrives with its length, and empty pieces change nothing", arguments: [0, 1, 40])
    func length(pieces: Int) async throws {
        let script: ScriptedServer.Script = { connection in
            guard let request = connection.readRequest() else { return }
            connection.answer(200, "\(request.body.count)", headers: request.lines.dropFirst().map { "Echo-" + $0 })
        }
        try await ScriptedServer.with(script: script) { _, client in
            let source = Pieces([[]] + Array(repeating: Self.piece, count: pieces) + [[]])
            let length = pieces * Self.piece.count
            let response = try await client.send(Self.request(lengthBytes: length), streaming: source)
            #expect(String(decoding: response.body, as: UTF8.self) == "\(length)")
            #expect(response.headers["Echo-Content-Length"] == "\(length)")
            #expect(response.headers["Echo-Content-Type"] == "application/x-tar")
            #expect(response.headers["Echo-Transfer-Encoding"] == nil)
        }
    }

    @Test("a source that gives more or less than was announced fails, and the server gets no whole body")
    func wrongLength() async throws {
        let whole = Mutex(0)
        let script: ScriptedServer.Script = { connection in
            if connection.readRequest() != nil { whole.withLock { $0 += 1 } }
        }
        try await ScriptedServer.with(script: script) { _, client in
            for (pieces, given) in [(1, 65_536), (3, 196_608)] {
                let failure = HTTPClientError.bodyLength(declared: 131_072, given: given)
                await #expect(throws: failure) {
                    try await client.send(
                        Self.request(lengthBytes: 131_072),
                        streaming: Pieces(Array(repeating: Self.piece, count: pieces)))
                }
            }
        }
        #expect(whole.withLock { $0 } == 0)
    }

    @Test("what the source throws comes out, and the server sees a body that is cut", arguments: Transport.allCases)
    func sourceBreaks(transport: Transport) async throws {
        let (arrived, cut) = (OneShot<Void>(), OneShot<Bool>())
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            arrived.settle(.success(()))
            cut.settle(.success(connection.readChunks() == nil))
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            await #expect(throws: Pieces.Broken()) {
                try await client.send(Self.request(), streaming: Pieces([Self.piece], breaksAfter: arrived))
            }
            let wasCut = try await cut.value
            #expect(wasCut)
        }
    }

    @Test("a source is not read further ahead of the server than the bound", arguments: Transport.allCases)
    func backPressure(transport: Transport) async throws {
        let (reading, count) = (Gate(), 512)
        let source = Pieces(Array(repeating: Self.piece, count: count))
        let furthest = Mutex(0)
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            reading.wait()
            let body = connection.readChunks { read in
                furthest.withLock { $0 = max($0, source.fetched.count - read) }
            }
            connection.answer(200, "\(body?.count ?? -1)")
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            async let response = client.send(Self.request(), streaming: source)
            await eventually({ source.fetched.count }, until: { $0 >= UploadPipe.boundBytes })
            reading.open()
            let body = try await response.body
            #expect(String(decoding: body, as: UTF8.self) == "\(count * Self.piece.count)")
        }
        // What the kernel holds of a connection comes on top: 4 MiB is its usual most of what is sent.
        let most = furthest.withLock { $0 }
        #expect(most <= UploadPipe.boundBytes + (8 << 20))
    }

    @Test(
        "an error that comes before the whole body ends the upload, even if the source waits",
        arguments: Transport.allCases)
    func earlyError(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            connection.answer(413, "too long")
            _ = connection.readsEndOfFile()
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let (waiting, continuation) = AsyncStream<[UInt8]>.makeStream()
            continuation.yield(Self.piece)
            let response = try await client.send(Self.request(), streaming: waiting)
            #expect(response.status == 413)
            #expect(response.body == Array("too long".utf8))
            continuation.finish()
        }
    }

    @Test(
        "a good answer before the whole body, and then no more of it taken, is no success",
        arguments: Transport.allCases)
    func earlyAnswer(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            connection.answer(200, "why")
            _ = connection.readExactly(8 << 20)
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            let failure = HTTPClientError.uploadCutShort(status: 200, body: Array("why".utf8))
            await #expect(throws: failure) {
                try await client.send(Self.request(), streaming: Pieces([Self.piece], isEndless: true))
            }
        }
    }

    @Test("a server that closes in the middle of an upload is noticed", arguments: Transport.allCases)
    func closes(transport: Transport) async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            _ = connection.readExactly(1 << 20)
            connection.shutDown()
        }
        try await ScriptedServer.with(transport, script: script) { _, client in
            await #expect(throws: HTTPClientError.connectionClosed) {
                try await client.send(Self.request(), streaming: Pieces([Self.piece], isEndless: true))
            }
        }
    }

    @Test("cancelling ends the upload and the connection, whether the server reads or not", arguments: [false, true])
    func cancelled(serverReads: Bool) async throws {
        let (arrived, closed) = (OneShot<Void>(), OneShot<Bool>())
        let stuck = Gate()
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            arrived.settle(.success(()))
            if !serverReads { stuck.wait() }
            closed.settle(.success(connection.readsEndOfFile()))
        }
        try await ScriptedServer.with(script: script) { _, client in
            let source = Pieces([Self.piece], isEndless: true)
            let task = Task { try await client.send(Self.request(), streaming: source) }
            try await arrived.value
            await eventually({ source.fetched.count }, until: { $0 >= UploadPipe.boundBytes })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            stuck.open()
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }

    @Test("a server that stops reading meets the idle limit")
    func stalled() async throws {
        let script: ScriptedServer.Script = { connection in
            _ = connection.readHead()
            _ = connection.readsNothing()
        }
        try await ScriptedServer.with(script: script) { _, client in
            let limit = Duration.milliseconds(80)
            let body = HTTPRequest.Body.streamed(contentType: "application/x-tar")
            let request = try HTTPRequest(.post, "/load", body: body, timeouts: .init(total: .seconds(50), idle: limit))
            await #expect(throws: HTTPClientError.timedOut(.idle, limit: limit)) {
                try await client.send(request, streaming: Pieces([Self.piece], isEndless: true))
            }
        }
    }
}
