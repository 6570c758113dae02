import Model
import Testing

@Suite struct LimitFieldTests {
    @Test("what is set is read, and changes nothing else", arguments: LimitField.allCases)
    func places(_ field: LimitField) {
        var limits = Samples.limits
        let amount = field.amount(in: limits) + 1000
        field.set(amount, in: &limits)
        #expect(field.amount(in: limits) == amount)
        for other in LimitField.allCases where other != field {
            #expect(other.amount(in: limits) == other.amount(in: Samples.limits))
        }
    }

    @Test(
        "both ends of the range are written and read back, and what lies beyond is refused",
        arguments: LimitField.allCases)
    func range(_ field: LimitField) throws {
        for amount in [field.range.lowerBound, field.range.upperBound] {
            #expect(try field.amount(text: field.text(amount), field: "x") == amount)
        }
        #expect(field.allowed == "\(field.text(field.range.lowerBound)) ... \(field.text(field.range.upperBound))")
        let beyond = field.text(field.range.upperBound + 1)
        #expect(throws: ModelError.outOfRange(field: "--limit \(field)", value: beyond, allowed: field.allowed)) {
            try field.amount(text: beyond, field: "--limit \(field)")
        }
        if field.range.lowerBound > 0 {
            #expect(throws: ModelError.self) {
                try field.amount(text: field.text(field.range.lowerBound - 1), field: "x")
            }
        }
    }

    @Test(
        "cores have up to three decimals",
        arguments: [
            ("1", Int64(1000)), ("0.5", 500), ("0.010", 10), ("1.25", 1250), ("1024", 1_024_000), ("2.5000", 2500),
        ])
    func cores(_ text: String, _ wanted: Int64) throws {
        #expect(try LimitField.cpus.amount(text: text, field: "x") == wanted)
    }

    @Test(
        "cores are written as short as can be",
        arguments: [(Int64(1000), "1"), (500, "0.5"), (10, "0.01"), (1250, "1.25")])
    func coresText(_ amount: Int64, _ wanted: String) {
        #expect(LimitField.cpus.text(amount) == wanted)
    }

    @Test(
        "a number of another form is refused",
        arguments: [
            "", ".", "1.", ".5", "-1", "+1", "1e0", "1,5", "0.0001", "١", " 1", "1.5.2", "99999999999999999999", "NaN",
        ])
    func malformed(_ text: String) {
        #expect(throws: ModelError.self) { try LimitField.cpus.amount(text: text, field: "x") }
        #expect(throws: ModelError.self) { try LimitField.pids.amount(text: text, field: "x") }
    }
}
