import Foundation
import Model
import TestSupport
import Testing

@Suite struct JSONSyntaxTests {
    private func flaw(_ bytes: [UInt8]) -> JSONSyntax.Flaw? {
        do throws(JSONSyntax.Flaw) {
            try JSONSyntax.check(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func flaw(_ text: String) -> JSONSyntax.Flaw? { flaw(Array(text.utf8)) }

    @Test(
        "what the grammar has is accepted",
        arguments: [
            "null", "true", "false", "0", "-0", "10", "-1.5", "1e5", "1E+05", "1.25e-7", "1e999",
            "12345678901234567890123",
            "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u0041\u00e9\uD83D\uDE00""#, "\"é€😀\u{7F}\"", "[]", "{}", "[ ]",
            "{ }",
            " \t\r\n[ 1 , 2 ] \n", "[[],[[]],{}]", #"{"a":1,"b":[{"a":1},{"a":1}],"":null}"#, #"{"a":{"a":{"a":1}}}"#,
            #"{"a":1,"A":2,"\u0061b":3,"ab ":4}"#,
        ])
    func accepted(_ text: String) {
        let found = flaw(text)
        #expect(found == nil)
    }

    @Test(
        "what it has not is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1",
            "1 2", "\"",
            "\"a", "'a'", "\"\\x\"", "\"\\", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\t\"", "\"\u{0}\"", "[", "[1",
            "[1,", "[1,]", "[,1]",
            "[1 2]", "[1}", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1]", "{,}",
            "{a:1}", "{1:1}",
            "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{:1}", "// c\n1", "1 // c", "[1]]", "{}{}", "undefined", "\u{A0}1",
            "\u{FEFF}1",
            #""\uD800""#, #""\uDC00""#, #""\uD800\n""#, #""\uD800A""#, #""\uD800\u0041""#, #""\uDE00\uD83D""#,
        ])
    func refused(_ text: String) {
        let found = flaw(text)
        #expect(found != nil)
    }

    @Test("two members of one name are refused, whatever their escapes; in two objects they are not")
    func duplicates() {
        for text in [#"{"a":1,"a":2}"#, #"{"a":1,"b":2,"\u0061":3}"#, #"{"":1,"":2}"#, #"[{"x":{"k":1,"k":1}}]"#] {
            let found = flaw(text)
            #expect(found?.detail == "the object has a member of this name already", "\(text)")
        }
        let members = (0..<5000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let many = flaw("{\(members)}")
        #expect(many == nil)
        let again = flaw("{\(members),\"k17\":0}")
        #expect(again != nil)
    }

    @Test(
        "what is not UTF-8 is refused inside of strings and outside",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82], [0xC3, 0x28],
            [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func encoding(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let inside = flaw([quote] + bytes + [quote])
        #expect(inside != nil)
        let cut = flaw([quote] + bytes)
        #expect(cut != nil)
        let outside = flaw(bytes)
        #expect(outside != nil)
    }

    @Test("other encodings and byte order marks are refused")
    func encodings() throws {
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian] {
            let data = try #require("{\"a\": 1}".data(using: encoding))
            let found = flaw(Array(data))
            #expect(found != nil, "\(encoding)")
        }
        let marked = flaw([0xEF, 0xBB, 0xBF] + Array("{}".utf8))
        #expect(marked?.detail == "a byte order mark")
    }

    @Test("512 open arrays and objects are the most, and no depth overflows anything")
    func depth() {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        let most = flaw(nested(512))
        #expect(most == nil)
        let oneMore = flaw(nested(513))
        #expect(oneMore?.column == 513)
        let mixed = flaw(String(repeating: "{\"a\":[", count: 256) + String(repeating: "]}", count: 256))
        #expect(mixed == nil)
        let bomb = flaw(String(repeating: "[", count: 1_000_000))
        #expect(bomb?.column == 513)
    }

    @Test("a flaw is told with its line and column")
    func place() {
        let found = flaw("{\n  \"a\": [1, 2,],\n}")
        #expect(found?.description == "line 2, column 14: nothing stands behind the comma")
        let end = flaw("[1,\n2")
        #expect(end?.description == "line 2, column 2: it ends inside of an array")
    }

    @Test("it never accepts what Foundation refuses, on a thousand random changes of a valid text")
    func mutations() throws {
        var generator = SeededGenerator(seed: 7)
        let sample = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":"é","d":[[],{}]}}"#.utf8)
        var accepted = 0
        for _ in 0..<1000 {
            var text = sample
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: text[place] = text[Int.random(in: 0..<text.count, using: &generator)]
                case 1: text.remove(at: place)
                default: text.insert(text[Int.random(in: 0..<text.count, using: &generator)], at: place)
                }
            }
            guard flaw(text) == nil else { continue }
            accepted += 1
            let decoded = try? JSONDecoder().decode(JSONValue.self, from: Data(text))  // ignored: `nil` is the failure
            #expect(decoded != nil, "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 20)
    }
}
