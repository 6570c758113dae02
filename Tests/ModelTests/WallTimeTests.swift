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

    @Test("what is written is read back, in any zone, and with any fraction")
    func parsed() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<500 {
            let time = WallTime(milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
            #expect(WallTime(rfc3339: time.rfc3339) == time)
        }
        let hour = WallTime(milliseconds: 3_600_000)
        for text in [
            "1970-01-01T01:00:00Z", "1970-01-01T01:00:00.000999999Z", "1970-01-01T02:30:00+01:30",
            "1969-12-31T22:00:00.0-03:00",
        ] { #expect(WallTime(rfc3339: text) == hour, "\(text)") }
        #expect(WallTime(rfc3339: "1970-01-01T00:00:00.12Z") == WallTime(milliseconds: 120))
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-13-01T00:00:00Z",
            "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00z", "1970-01-01T00:00:00Zx",
            "1970-01-01T00:00:00+0100", "197O-01-01T00:00:00Z",
        ])
    func malformed(_ text: String) { #expect(WallTime(rfc3339: text) == nil) }

    @Test("moments are ordered, and stored as bare numbers")
    func stored() throws {
        #expect(WallTime(milliseconds: -1) < WallTime(milliseconds: 0))
        let bytes = try JSONEncoder().encode([WallTime(milliseconds: -5)])
        #expect(String(decoding: bytes, as: UTF8.self) == "[-5]")
        #expect(try JSONDecoder().decode([WallTime].self, from: bytes) == [WallTime(milliseconds: -5)])
    }
}
