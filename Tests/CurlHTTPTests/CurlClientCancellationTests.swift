import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct CurlClientCancellationTests {
    enum Call: CaseIterable, Sendable {
        case send, open, upgrade

        func run(on client: CurlClient) async throws {
            let request = try HTTPRequest(.post, "/", timeouts: .init(total: .seconds(60)))
            switch self {
            case .send: _ = try await client.send(request)
            case .open: _ = try await client.open(request)
            case .upgrade: _ = try await client.upgrade(request)
            }
        }
    }

    @Test("cancelling the task closes the connection", arguments: Call.allCases)
    func cancelled(call: Call) async throws {
        let (asked, closed) = (OneShot<Bool>(), OneShot<Bool>())
        let script: ScriptedServer.Script = { connection in
            asked.settle(.success(connection.readRequest() != nil))
            closed.settle(.success(connection.readsEndOfFile()))
        }
        try await ScriptedServer.with(script: script) { _, client in
            let task = Task { try await call.run(on: client) }
            let wasAsked = try await asked.value
            #expect(wasAsked)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let wasClosed = try await closed.value
            #expect(wasClosed)
        }
    }

    @Test("a task that was cancelled before it calls gets nothing done", arguments: Call.allCases)
    func cancelledBefore(call: Call) async throws {
        try await ScriptedServer.with(script: { _ = $0.readsEndOfFile() }) { _, client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await call.run(on: client)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("cancelling at any moment ends a call once, one way or the other")
    func cancelledAnywhere() async throws {
        let script: ScriptedServer.Script = { connection in
            while connection.readRequest() != nil { connection.answer(200, "yes") }
        }
        try await ScriptedServer.with(script: script) { _, client in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        let task = Task { try await client.send(HTTPRequest(.get, "/")) }
                        await Task.yield()
                        task.cancel()
                        switch await task.result {
                        case .success(let response): #expect(response.status == 200)
                        case .failure(let failure): #expect(failure is CancellationError)
                        }
                    }
                }
            }
        }
    }
}
