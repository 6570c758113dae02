import Model
import Testing

@Suite struct DurationTextTests {
    @Test(
        "a whole number with a unit is read",
        arguments: [
            ("0ms", Duration.zero), ("250ms", .milliseconds(250)), ("60s", .seconds(60)), ("5m", .seconds(300)),
            ("1h", .seconds(3600)), ("007s", .seconds(7)), ("7d", .seconds(604_800)),
            ("2562047788015h", .seconds(2_562_047_788_015 * 3600)),
        ])
    func reads(_ text: String, _ wanted: Duration) throws {
        #expect(try Duration(text: text, field: "--timeout") == wanted)
    }

    @Test(
        "anything else is refused, with the field's name",
        arguments: [
            "", "5", "s", "ms", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1S", "1w", "1sec", "1ms1s", "٣s", "0x1s",
            "2562047788016h", "9223372036854775808s", "99999999999999999999s", "1_000s",
        ])
    func refuses(_ text: String) {
        #expect("\(text)") { try Duration(text: text, field: "--timeout") } throws: { error in
            guard case .malformed(let field, let value, _)? = error as? ModelError else { return false }
            return field == "--timeout" && value == text
        }
    }

    @Test(
        "a duration is written with the largest unit that leaves no rest, and read back",
        arguments: [
            (Duration.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(1500), "1500ms"), (.seconds(60), "1m"),
            (.seconds(61), "61s"), (.seconds(5400), "90m"), (.seconds(86_400), "24h"), (.seconds(172_800), "2d"),
        ])
    func text(_ duration: Duration, _ wanted: String) throws {
        #expect(duration.text == wanted)
        #expect(try Duration(text: wanted, field: "x") == duration)
    }

    @Test(
        "whole milliseconds are rounded down",
        arguments: [
            (Duration.zero, Int64(0)), (.microseconds(999), 0), (.microseconds(1999), 1), (.seconds(2), 2000),
            (.milliseconds(86_400_001), 86_400_001),
        ])
    func wholeMilliseconds(_ duration: Duration, _ wanted: Int64) {
        #expect(duration.wholeMilliseconds == wanted)
    }

    @Test(
        "a duration for people is short",
        arguments: [
            (Duration.zero, "0.0 ms"), (.microseconds(740), "0.7 ms"), (.microseconds(9949), "9.9 ms"),
            (.milliseconds(10), "10 ms"), (.microseconds(344_600), "345 ms"), (.seconds(1), "1.0 s"),
            (.milliseconds(1249), "1.2 s"), (.seconds(60), "60.0 s"),
        ])
    func shortText(_ duration: Duration, _ wanted: String) {
        #expect(duration.shortText == wanted)
    }
}
