import Model
import Testing

@testable import ControlAPI

@Suite struct ErrorStatusTests {
    @Test("every code has a status that a client takes for an error", arguments: ErrorCode.allCases)
    func all(_ code: ErrorCode) {
        let status = ErrorStatus.status(of: code)
        #expect((400...599).contains(status))
    }

    @Test(
        "whose fault it is can be seen from the status",
        arguments: [
            (.invalidInput, 400), (.denied, 403), (.notFound, 404), (.endpointUnknown, 404), (.methodNotAllowed, 405),
            (.requestTimedOut, 408), (.conflict, 409), (.storeConflict, 409), (.requestTooLarge, 413),
            (.internalFault, 500), (.engineRefused, 502), (.engineUnreachable, 503), (.noSpace, 507),
        ] as [(ErrorCode, Int)])
    func some(_ code: ErrorCode, _ status: Int) {
        #expect(ErrorStatus.status(of: code) == status)
    }
}
