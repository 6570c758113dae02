package import Model

/// An error's code as it was read: another release may know codes that this one does not.
package enum WireErrorCode: Sendable, Hashable, Codable {
    case known(ErrorCode)
    case unknown(String)

    package init(_ text: String) { self = ErrorCode(rawValue: text).map { .known($0) } ?? .unknown(text) }

    package var text: String {
        switch self {
        case .known(let code): code.rawValue
        case .unknown(let text): text
        }
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
