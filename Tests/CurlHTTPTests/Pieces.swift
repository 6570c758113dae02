import Synchronization

@testable import CurlHTTP

/// Some pieces of a body, counted as they are fetched, and then perhaps an error.
struct Pieces: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    struct Broken: Error, Equatable {}

    /// How many bytes were fetched so far.
    final class Fetched: Sendable {
        private let bytes = Mutex(0)

        var count: Int { bytes.withLock { $0 } }

        func add(_ count: Int) { bytes.withLock { $0 += count } }
    }

    let pieces: [[UInt8]]
    var isEndless = false
    /// After the pieces, and once this is settled, an error comes.
    var breaksAfter: OneShot<Void>?
    let fetched = Fetched()

    init(_ pieces: [[UInt8]], isEndless: Bool = false, breaksAfter: OneShot<Void>? = nil) {
        (self.pieces, self.isEndless, self.breaksAfter) = (pieces, isEndless, breaksAfter)
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let pieces: Pieces
        var next = 0

        mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            if next == pieces.pieces.count, pieces.isEndless { next = 0 }
            guard next < pieces.pieces.count else {
                guard let due = pieces.breaksAfter else { return nil }
                try await due.value
                throw Broken()
            }
            defer { next += 1 }
            pieces.fetched.add(pieces.pieces[next].count)
            return pieces.pieces[next]
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: self) }
}
