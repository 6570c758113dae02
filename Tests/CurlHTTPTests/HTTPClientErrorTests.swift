import Model
import Testing

@testable import CurlHTTP

@Suite struct HTTPClientErrorTests {
    static let all: [(HTTPClientError, ErrorCode, String)] = [
        (.connectFailed(address: "/run/x.sock", reason: "gone"), .engineUnreachable, "/run/x.sock: gone"),
        (.nameNotResolved(address: "nowhere:1"), .engineUnreachable, "nowhere:1"),
        (.tlsFailed(.expired, address: "host:1"), .engineUnreachable, "host:1 cannot be used: its certificate has exp"),
        (.uploadCutShort(status: 200, body: Array("hidden".utf8)), .engineProtocol, "200"),
        (.bodyLength(declared: 10, given: 11), .inputUnreadable, "11 bytes so far, not the 10"),
        (.timedOut(.connect, limit: .seconds(5)), .engineTimeout, "5.0 seconds"),
        (.timedOut(.idle, limit: .seconds(6)), .engineTimeout, "6.0 seconds"),
        (.timedOut(.total, limit: .seconds(7)), .engineTimeout, "7.0 seconds"),
        (.bodyTooLarge(capBytes: 8), .engineProtocol, "8 bytes"),
        (.protocolViolation(detail: "odd"), .engineProtocol, "odd"),
        (.upgradeRefused(status: 404, body: Array("hidden".utf8)), .engineProtocol, "404"),
        (.connectionClosed, .engineUnreachable, "early"),
        (.readerTooSlow(boundBytes: 9), .internalFault, "9 bytes"),
        (.shutDown, .internalFault, "shut down"),
        (.invalidRequest(detail: "bad"), .internalFault, "bad"),
        (.internalFault(detail: "hidden"), .internalFault, "never"),
    ]

    @Test("every error has its code and a sentence with its values, and repeats nothing it was told in confidence")
    func sentences() {
        for (failure, code, part) in Self.all {
            #expect(failure.code == code)
            #expect(failure.message.contains(part), "\(failure.message)")
            #expect(failure.message.hasSuffix("."))
            #expect(!failure.message.contains("hidden"))
            #expect(failure.remedy?.hasSuffix(".") != false)
        }
    }
}
