import Foundation
import Model
import Testing

@Suite struct JSONValueTests {
    private func decode(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    static let values: [JSONValue] = [
        .null, true, false, 0, 1, -1, .integer(.max), .integer(.min), .number(1.5), .number(-2.5e-7), "", "true",
        "ü\u{0}\"\\\n\u{1F680}", [], [:], [1, "1", .null, [[]], [:]],
        ["": .null, "a.b": [1, 2, ["c": [true]]], "ü": "x"],
    ]

    @Test("every kind of value rounds", arguments: values)
    func roundTrip(_ value: JSONValue) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
    }

    static let texts: [(String, JSONValue)] = [
        ("null", JSONValue.null), ("true", true), ("0", 0), ("1", 1), ("-7", -7), ("\"1\"", "1"),
        ("9223372036854775807", .integer(.max)), ("1.5", .number(1.5)), ("1e300", .number(1e300)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), (" [ ] ", []), ("{\"a\":{}}", ["a": [:]]),
    ]

    @Test(
        "a text is read as what it is",
        arguments: texts)
    func reads(_ text: String, _ wanted: JSONValue) throws {
        #expect(try decode(text) == wanted)
    }

    @Test(
        "what is no JSON is refused",
        arguments: ["", "{", "nul", "'a'", "NaN", "{\"a\" 1}", "1 2", "[1]]", "\"\u{1}\"", "01"])
    func refuses(_ text: String) {
        #expect(throws: (any Error).self) { try decode(text) }
    }

    @Test("members and kinds are asked for without traps")
    func access() {
        let value: JSONValue = ["a": ["b": [1, "x"]], "n": .number(2.5)]
        #expect(value["a"]?["b"]?.arrayValue == [1, "x"])
        #expect(value["z"] == nil)
        #expect(value["a"]?["b"]?["c"] == nil)
        #expect(value.arrayValue == nil)
        #expect(value["n"]?.integerValue == nil)
        #expect(JSONValue.string("x").stringValue == "x")
        #expect(JSONValue.integer(3).integerValue == 3)
        #expect(JSONValue.null.objectValue == nil)
    }
}
