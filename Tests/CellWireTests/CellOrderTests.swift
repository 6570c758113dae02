import CellWire
import Testing

@Suite struct CellOrderTests {
    @Test(
        "every order rounds",
        arguments: [
            .spec(Samples.spec), .file(path: "a/b", size: 0, isExecutable: false),
            .file(path: "ü", size: .max, isExecutable: true), .fileData([]), .fileData([0, 255, 0xCA]), .start,
        ] as [CellOrder])
    func roundTrip(_ order: CellOrder) throws {
        #expect(try CellOrder(order.message) == order)
    }

    @Test("the numbers of the kinds are frozen")
    func kinds() {
        let orders: [CellOrder] = [
            .spec(Samples.spec), .file(path: "a", size: 1, isExecutable: false), .fileData([1]), .start,
        ]
        #expect(orders.map(\.message.kind) == [1, 2, 3, 4])
    }

    @Test("a kind that does not exist is refused", arguments: [UInt8(0), 5, 255])
    func unknownKind(_ kind: UInt8) {
        #expect(throws: MessageError.unknownKind(kind)) { try CellOrder(Message(kind: kind)) }
    }

    @Test("fields that are not known are passed over")
    func unknownFields() throws {
        let extra = Samples.field(0, [1, 2]) + Samples.field(200, [])
        for order in [CellOrder.spec(Samples.spec), .file(path: "a", size: 1, isExecutable: true)] {
            let message = Message(kind: order.message.kind, body: extra + order.message.body + extra)
            #expect(try CellOrder(message) == order)
        }
    }

    @Test("a body that is torn inside a field is refused, wherever it is torn")
    func torn() {
        for order in [CellOrder.spec(Samples.spec), .file(path: "a", size: 1, isExecutable: true)] {
            let body = order.message.body
            let whole = Samples.boundaries(body)
            for count in 0..<body.count where !whole.contains(count) {
                #expect(throws: MessageError.self, "\(count) bytes") {
                    try CellOrder(Message(kind: order.message.kind, body: Array(body[..<count])))
                }
            }
        }
    }

    @Test(
        "a limit that is missing, zero, negative or of another width is refused",
        arguments: [UInt8(4), 5, 6, 7])
    func limits(_ tag: UInt8) {
        let body = Samples.body(CellOrder.spec(Samples.spec).message.body, without: tag)
        for field in [[], Samples.field(tag, 0), Samples.field(tag, .max), Samples.field(tag, [1, 0, 0, 0])] {
            #expect(throws: MessageError.self) { try CellOrder(Message(kind: 1, body: body + field)) }
        }
        #expect(throws: Never.self) { try CellOrder(Message(kind: 1, body: body + Samples.field(tag, 1))) }
    }

    @Test("a grace of zero is fine; one that is missing or negative is refused")
    func grace() {
        let body = Samples.body(CellOrder.spec(Samples.spec).message.body, without: 8)
        #expect(throws: MessageError.self) { try CellOrder(Message(kind: 1, body: body)) }
        #expect(throws: MessageError.self) { try CellOrder(Message(kind: 1, body: body + Samples.field(8, .max))) }
        #expect(throws: Never.self) { try CellOrder(Message(kind: 1, body: body + Samples.field(8, 0))) }
    }

    @Test("a spec without a command, or with an empty program, is refused")
    func command() {
        var spec = Samples.spec
        for command in [[], [""], ["", "a"]] {
            spec.command = command
            #expect(throws: MessageError.self, "\(command)") { try CellOrder(CellOrder.spec(spec).message) }
        }
    }

    @Test("a spec without a filter, or with a torn one, is refused")
    func filter() {
        var spec = Samples.spec
        for count in [0, 1, 7, 9, 15] {
            spec.filter = [UInt8](repeating: 6, count: count)
            #expect(throws: MessageError.self, "\(count) bytes") { try CellOrder(CellOrder.spec(spec).message) }
        }
        let body = Samples.body(CellOrder.spec(Samples.spec).message.body, without: 11)
        #expect(throws: MessageError.self) { try CellOrder(Message(kind: 1, body: body)) }
    }

    @Test("a file without a path or a size, or with a negative size, is refused")
    func file() {
        let (path, size) = (Samples.field(1, Array("a".utf8)), Samples.field(2, 1))
        for body in [[], path, size, Samples.field(1, [] as [UInt8]) + size, path + Samples.field(2, .max)] {
            #expect(throws: MessageError.self, "\(body)") { try CellOrder(Message(kind: 2, body: body)) }
        }
        #expect(throws: Never.self) { try CellOrder(Message(kind: 2, body: path + size)) }
    }

    @Test("the longest spec that a job may have fits into one message")
    func longest() {
        var spec = Samples.spec
        spec.command = ["sh"] + (0..<1280).map { _ in String(repeating: "a", count: 100) }
        spec.environment = (0..<1280).map { _ in "N=" + String(repeating: "a", count: 98) }
        spec.artifactPaths = [String](repeating: String(repeating: "p", count: 1024), count: 256)
        spec.filter = [UInt8](repeating: 0, count: 4096 * 8)
        #expect(CellOrder.spec(spec).message.body.count <= CellWire.maxMessage)
        #expect(
            CellOrder.fileData([UInt8](repeating: 0, count: CellWire.fileChunk)).message.encoded.count
                <= CellWire.maxPayload)
    }
}
