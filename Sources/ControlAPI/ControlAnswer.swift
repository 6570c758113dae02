import Foundation

/// What a handler answers.
package struct ControlAnswer: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece, without a length: a client sees from the missing last piece that it was cut.
        case stream(@concurrent @Sendable (ControlWriter) async throws -> Void)
    }

    package var status: Int
    package var contentType: String
    package var headers: [(name: String, value: String)] = []
    package var body: Body
    /// Whether the daemon's end is the end of it, too.
    var isLong = false

    package init(status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [], body: Body) {
        (self.status, self.contentType, self.headers, self.body) = (status, contentType, headers, body)
    }

    /// A value in JSON, with sorted members and a line break at its end.
    package static func json(_ value: some Encodable, status: Int = 200) throws -> ControlAnswer {
        ControlAnswer(status: status, contentType: "application/json", body: .bytes(try line(value)))
    }

    /// A value as one line of JSON.
    static func line(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    package static let bytesType = "application/octet-stream"
}
