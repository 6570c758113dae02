import Foundation
import Model
import TestSupport
import Testing

@Suite struct WallTimeTests {
    @Test(
        "a moment is written in UTC with milliseconds",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
            (-86_400_001, "1969-12-30T23:59:59.999Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (1_772_352_930_250, "2026-03-01T08:15:30.250Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ])
    func rfc3339(_ milliseconds: Int64, _ wanted: String) {
        #expect(WallTime(milliseconds: milliseconds).rfc3339 == wanted)
    }

    @Test("any moment of four centuries is what a calendar says")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let seconds = Int64.random(in: -6_000_000_000...6_000_000_000, using: &generator)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
            let numbers = try WallTime(milliseconds: seconds * 1000).rfc3339.dropLast(5)
                .split { !$0.isNumber }.map { try #require(Int($0)) }
            #expect(
                numbers == [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second], "\(seconds)")
        }
    }

    @Test("moments are ordered, and stored as bare numbers")
    func stored() throws {
        #expect(WallTime(milliseconds: -1) < WallTime(milliseconds: 0))
        let bytes = try JSONEncoder().encode([WallTime(milliseconds: -5)])
        #expect(String(decoding: bytes, as: UTF8.self) == "[-5]")
        #expect(try JSONDecoder().decode([WallTime].self, from: bytes) == [WallTime(milliseconds: -5)])
    }
}
