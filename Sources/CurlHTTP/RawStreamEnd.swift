/// How a raw stream ended; the first reason stays.
enum RawStreamEnd: Sendable, Hashable {
    /// The server sent its last byte.
    case endOfFile
    /// The user closed it.
    case closed
    case failed(HTTPClientError)

    /// Whether nobody is to get the bytes that were not read in time.
    var dropsUnread: Bool {
        switch self {
        case .closed, .failed(.readerTooSlow): true
        case .endOfFile, .failed: false
        }
    }

    /// What a write after the end fails with.
    var writeFailure: HTTPClientError {
        guard case .failed(let failure) = self else { return .connectionClosed }
        return failure
    }
}
