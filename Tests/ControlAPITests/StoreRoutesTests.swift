import ControlClient
import ControlWire
import Foundation
import Model
import Ports
import Synchronization
import Testing

@testable import ControlAPI

@Suite struct StoreRoutesTests {
    /// A database of numbered bytes.
    private struct FakeStore: StoreDesk {
        var length = 200_000
        /// Where reading it fails, if it does.
        var breakAt = Int.max
        var refusal: StoreError?

        func check() async throws -> [String] { ["a is wrong"] }

        func backup() async throws -> any ArchiveBytes {
            if let refusal { throw refusal }
            return Copy(length: Int64(length), breakAt: breakAt)
        }

        struct Copy: ArchiveBytes {
            let length: Int64
            let breakAt: Int
            func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
                guard offset < breakAt else { throw .unavailable(path: "x", reason: "it broke") }
                return (Int(offset)..<Int(offset) + count).map { UInt8(truncatingIfNeeded: $0 >> 3) }
            }
        }
    }

    private final class Bytes: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        func add(_ piece: [UInt8]) { bytes.withLock { $0 += piece } }
        var all: [UInt8] { bytes.withLock { $0 } }
    }

    @Test("a check tells the faults, a copy comes whole")
    func whole() async throws {
        try await ControlFixture.with(extra: [StoreRoutes(desk: FakeStore())]) { fixture in
            let check = try await fixture.client.checkStore()
            #expect(check == StoreCheckView(faults: ["a is wrong"]))
            let copy = Bytes()
            try await fixture.client.backup { copy.add($0) }
            #expect(copy.all == (0..<200_000).map { UInt8(truncatingIfNeeded: $0 >> 3) })
        }
    }

    @Test("a copy that is cut short is an error, and so is one that cannot be made")
    func cut() async throws {
        try await ControlFixture.with(extra: [StoreRoutes(desk: FakeStore(breakAt: 70_000))]) { fixture in
            await #expect(throws: ControlError.self) { try await fixture.client.backup { _ in } }
        }
        let full = FakeStore(refusal: .noSpace(path: "x"))
        try await ControlFixture.with(extra: [StoreRoutes(desk: full)]) { fixture in
            let error = await #expect(throws: ControlError.self) { try await fixture.client.backup { _ in } }
            #expect(error?.code == .noSpace)
        }
    }

    @Test("the end is asked for with a drain that there is, and answered before it comes")
    func stop() async throws {
        let asked = Mutex<[DrainMode?]>([])
        let routes = StopRoutes { mode in
            asked.withLock { $0.append(mode) }
            return StopView(pid: 7, drain: "leave")
        }
        try await ControlFixture.with(extra: [routes]) { fixture in
            let view = try await fixture.client.stop(StopAsk(drain: "finish"))
            #expect(view == StopView(pid: 7, drain: "leave"))
            _ = try await fixture.client.stop(StopAsk())
            let error = await #expect(throws: ControlError.self) {
                try await fixture.client.stop(StopAsk(drain: "abandon"))
            }
            #expect(error?.code == .invalidInput && error?.message.contains("leave, finish, cancel") == true)
            let modes = asked.withLock { $0 }
            #expect(modes == [.finish, nil])
        }
    }
}
