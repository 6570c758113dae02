import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct RawStreamPipeTests {
    private static let full = [UInt8](repeating: 0, count: RawStreamPipe.outboundBoundBytes + 1)

    @Test("a read takes everything that waits")
    func readsAll() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        #expect(pipe.deliver([1, 2]) == nil)
        #expect(pipe.deliver([3]) == nil)
        #expect(try await pipe.read() == [1, 2, 3])
    }

    @Test("the bound may be reached and not passed; what had come is dropped then")
    func inboundBound() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 3)
        #expect(pipe.deliver([1, 2, 3]) == nil)
        let end = try #require(pipe.deliver([4]))
        #expect(end == .failed(.readerTooSlow(boundBytes: 3)))
        pipe.end(end)
        await #expect(throws: HTTPClientError.readerTooSlow(boundBytes: 3)) { try await pipe.read() }
    }

    @Test("bytes that came before the end are read before it", arguments: [RawStreamEnd.endOfFile, .failed(.shutDown)])
    func unreadBeforeEnd(end: RawStreamEnd) async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        _ = pipe.deliver([1])
        pipe.end(end)
        pipe.end(.closed)
        #expect(try await pipe.read() == [1])
        if end == .endOfFile {
            #expect(try await pipe.read() == nil)
        } else {
            await #expect(throws: HTTPClientError.shutDown) { try await pipe.read() }
        }
    }

    @Test("a second read at once is refused and leaves the first one waiting")
    func oneReader() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        let first = Task { try await pipe.read() }
        await eventually({ pipe.isReadWaiting }, until: { $0 })
        await #expect(throws: HTTPClientError.self) { try await pipe.read() }
        _ = pipe.deliver([5])
        #expect(try await first.value == [5])
    }

    @Test("only a write into an empty pipe has to tell the loop")
    func tellsLoop() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10, sendingFirst: [0])
        #expect(try await pipe.write([1]) == false)
        #expect(pipe.takeOutbound() == [0, 1])
        #expect(try await pipe.write([]) == false)
        #expect(try await pipe.write([2]))
        #expect(try await pipe.write([3]) == false)
        #expect(pipe.takeOutbound() == [2, 3])
    }

    @Test("writes over the bound wait and are accepted in their order")
    func writesWait() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        _ = try await pipe.write(Self.full)
        let second = Task { try await pipe.write(Self.full) }
        await eventually({ pipe.waitingWrites }, until: { $0 == 1 })
        let third = Task { try await pipe.write([3]) }
        await eventually({ pipe.waitingWrites }, until: { $0 == 2 })
        #expect(pipe.takeOutbound().count == Self.full.count)
        pipe.didSend(1)
        #expect(try await second.value == false)
        #expect(pipe.waitingWrites == 1)
        pipe.didSend(Self.full.count)
        #expect(try await third.value == false)
        #expect(pipe.takeOutbound() == Self.full + [3])
    }

    @Test("a cancelled write sends nothing, and the stream goes on")
    func cancelledWrite() async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        _ = try await pipe.write(Self.full)
        let waiting = Task { try await pipe.write([1]) }
        await eventually({ pipe.waitingWrites }, until: { $0 == 1 })
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        pipe.didSend(pipe.takeOutbound().count)
        #expect(try await pipe.write([2]))
        #expect(pipe.takeOutbound() == [2])
    }

    @Test("the end wakes waiting writes", arguments: [RawStreamEnd.endOfFile, .closed, .failed(.connectionClosed)])
    func endWakesWrites(end: RawStreamEnd) async throws {
        let pipe = RawStreamPipe(inboundBoundBytes: 10)
        _ = try await pipe.write(Self.full)
        let waiting = Task { try await pipe.write([1]) }
        await eventually({ pipe.waitingWrites }, until: { $0 == 1 })
        pipe.end(end)
        await #expect(throws: HTTPClientError.connectionClosed) { try await waiting.value }
    }
}
