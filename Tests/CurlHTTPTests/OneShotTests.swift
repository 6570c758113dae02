import Testing

@testable import CurlHTTP

@Suite(.timeLimit(.minutes(10))) struct OneShotTests {
    @Test("the first result stays, for those who wait and those who come later")
    func firstStays() async throws {
        let shot = OneShot<Int>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await shot.value } }
            #expect(!shot.isSettled)
            shot.settle(.success(1))
            shot.settle(.failure(HTTPClientError.shutDown))
            for try await value in group { #expect(value == 1) }
        }
        #expect(shot.isSettled)
        #expect(try await shot.value == 1)
    }
}
