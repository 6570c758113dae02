import CellWire
import Testing

@Suite struct CellReportTests {
    static let reports: [CellReport] =
        [
            .attestation(Samples.attestation), .attestation(Attestation()), .started(Samples.toolPosture),
            .started(ToolPosture()), .refused(.init(code: "bad_order", detail: "ä\n")),
            .refused(.init(code: "", detail: "")), .record(CellRecord()),
        ] + [.ended, .clock, .cancelled, .notStarted].map { .record(Samples.record($0)) }

    @Test("every report rounds", arguments: reports)
    func roundTrip(_ report: CellReport) throws {
        #expect(try CellReport(report.message) == report)
    }

    @Test("the numbers of the kinds are frozen")
    func kinds() {
        let reports: [CellReport] = [
            .attestation(Attestation()), .started(ToolPosture()), .refused(.init(code: "", detail: "")),
            .record(CellRecord()),
        ]
        #expect(reports.map(\.message.kind) == [1, 2, 3, 4])
    }

    @Test("a kind that does not exist is refused", arguments: [UInt8(0), 5, 255])
    func unknownKind(_ kind: UInt8) {
        #expect(throws: MessageError.unknownKind(kind)) { try CellReport(Message(kind: kind)) }
    }

    @Test("fields that are not known are passed over", arguments: reports)
    func unknownFields(_ report: CellReport) throws {
        let extra = Samples.field(0, [1]) + Samples.field(99, [])
        #expect(try CellReport(Message(kind: report.message.kind, body: extra + report.message.body + extra)) == report)
    }

    @Test("a body that is torn inside a field is refused, wherever it is torn", arguments: reports)
    func torn(_ report: CellReport) {
        let body = report.message.body
        let whole = Samples.boundaries(body)
        for count in 0..<body.count where !whole.contains(count) {
            #expect(throws: MessageError.self, "\(count) bytes") {
                try CellReport(Message(kind: report.message.kind, body: Array(body[..<count])))
            }
        }
    }

    @Test("an empty attestation and an empty posture claim nothing that would pass a check")
    func emptyClaims() throws {
        guard case .attestation(let seen) = try CellReport(Message(kind: 1)) else {
            Issue.record("no attestation")
            return
        }
        #expect(seen == Attestation())
        #expect(seen.capabilities == .max)
        #expect(seen.isDumpable)
        #expect(!seen.noNewPrivileges)
        #expect(seen.memoryLimitBytes == -1)
        #expect(seen.landlockABI == nil)
        #expect(try CellReport(Message(kind: 2)) == .started(ToolPosture()))
        #expect(ToolPosture().capabilities == .max)
    }

    @Test("a record without an end cause, or with one that does not exist, is refused: success is never made up")
    func endCause() {
        let body = Samples.body(CellReport.record(Samples.record()).message.body, without: 1)
        for field in [[], Samples.field(1, 0), Samples.field(1, 6), Samples.field(1, .max), Samples.field(1, 257)] {
            #expect(throws: MessageError.self) { try CellReport(Message(kind: 4, body: body + field)) }
        }
    }

    @Test("an exit code that is not in the record is not zero but absent")
    func exitCode() throws {
        let body = Samples.body(CellReport.record(Samples.record()).message.body, without: 2)
        guard case .record(let record) = try CellReport(Message(kind: 4, body: body)) else {
            Issue.record("no record")
            return
        }
        #expect(record.exitCode == nil)
    }
}
