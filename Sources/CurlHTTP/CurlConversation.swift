import CCurl
import Glibc

/// What the loop keeps for one transfer or raw stream.
///
/// Threading: the loop's thread only.
protocol CurlConversation: AnyObject {
    var easy: CurlEasyHandle { get }
    var opener: UnixSocketOpener { get }
    var deadlines: Deadlines { get set }

    /// libcurl is done and the handle is out of its hands: tell whoever waits.
    func finish(_ result: CURLcode)
    /// The loop ended it and the handle is out: tell whoever waits.
    func fail(_ failure: any Error)
}

extension CurlConversation {
    /// Whether there was no room for the connection in the server's backlog, so that trying again is worth while.
    func hitFullBacklog(_ result: CURLcode) -> Bool {
        result == CURLE_COULDNT_CONNECT && opener.connectError(of: easy) == nil
    }

    /// What a result other than success means.
    func failure(for result: CURLcode) -> HTTPClientError {
        switch result {
        case CURLE_COULDNT_CONNECT:
            let reason = unsafe String(cString: strerror(opener.connectError(of: easy) ?? EAGAIN))
            return .connectFailed(path: opener.path, reason: reason)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR: return .connectionClosed
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            return .internalFault(detail: "libcurl result \(result.rawValue)")
        default: return .protocolViolation(detail: unsafe String(cString: curl_easy_strerror(result)))
        }
    }
}
