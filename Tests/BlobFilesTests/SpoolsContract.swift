import Model
import Ports
import TestSupport
import Testing

/// What all ``Spools`` have to keep to, whatever they are made of.
@Suite("Spools contract")
struct SpoolsContract {
    private func attempt(_ number: Int = 1) throws -> AttemptID {
        AttemptID(job: try JobID("abc000000000"), number: number)
    }

    @Test("what was appended is read back, over any range", arguments: SpoolKind.allCases)
    func roundTrip(kind: SpoolKind) async throws {
        try await kind.withPlace { place in
            let spool = try await place.spools.open(attempt(), .stdout)
            #expect(await spool.length == 0)
            try await spool.append(Array("hello ".utf8))
            try await spool.append([])
            try await spool.append(Array("world".utf8))
            #expect(await spool.length == 11)
            for (offset, count, text) in [(Int64(0), 100, "hello world"), (4, 3, "o w"), (11, 1, ""), (0, 0, "")] {
                #expect(try await spool.read(from: offset, count: count) == Array(text.utf8))
            }
            #expect(try await spool.read(from: -3, count: .max).count == 11)
            #expect(try await spool.read(from: 100, count: 1).isEmpty)
            await spool.close()
        }
    }

    @Test("a spool goes on where it was when it is opened again", arguments: SpoolKind.allCases)
    func reopen(kind: SpoolKind) async throws {
        try await kind.withPlace { place in
            // Not closed: a killed process does not, either.
            try await place.spools.open(attempt(), .stderr).append([1, 2, 3])
            let second = try await place.spools.open(attempt(), .stderr)
            #expect(await second.length == 3)
            try await second.append([4])
            #expect(try await second.read(from: 0, count: 9) == [1, 2, 3, 4])
        }
    }

    @Test("each stream of each attempt is a spool of its own", arguments: SpoolKind.allCases)
    func apart(kind: SpoolKind) async throws {
        try await kind.withPlace { place in
            for number in 1...2 {
                for (index, stream) in SpoolStream.allCases.enumerated() {
                    try await place.spools.open(attempt(number), stream).append([UInt8(number), UInt8(index)])
                }
            }
            for number in 1...2 {
                for (index, stream) in SpoolStream.allCases.enumerated() {
                    let bytes = try await place.spools.open(attempt(number), stream).read(from: 0, count: 9)
                    #expect(bytes == [UInt8(number), UInt8(index)])
                }
            }
        }
    }

    @Test(
        "removing takes all spools of one attempt, and is no error when there are none", arguments: SpoolKind.allCases)
    func remove(kind: SpoolKind) async throws {
        try await kind.withPlace { place in
            // Attempt 11 begins with the digits of attempt 1.
            for number in [1, 11] { try await place.spools.open(attempt(number), .report).append([9]) }
            for _ in 0..<2 { try await place.spools.remove(attempt(1)) }
            let (gone, kept) = (
                try await place.spools.open(attempt(1), .report), try await place.spools.open(attempt(11), .report)
            )
            #expect(await gone.length == 0)
            #expect(await kept.length == 1)
        }
    }

    @Test("a closed spool says so", arguments: SpoolKind.allCases)
    func closed(kind: SpoolKind) async throws {
        try await kind.withPlace { place in
            let spool = try await place.spools.open(attempt(), .report)
            for _ in 0..<2 { await spool.close() }
            await #expect(throws: StoreError.self) { try await spool.append([1]) }
            await #expect(throws: StoreError.self) { try await spool.read(from: 0, count: 1) }
        }
    }
}
