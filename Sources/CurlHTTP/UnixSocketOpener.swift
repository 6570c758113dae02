import CCurl
import Glibc

/// Opens the socket in libcurl's place, so that it is closed on exec, and tells why a connect failed.
///
/// Threading: the loop's thread only.
final class UnixSocketOpener {
    let path: String
    /// The system's error if there was no socket to be had.
    private var socketError: Int32?

    init(path: String) {
        self.path = path
    }

    /// The system's error of the connect that failed last; `nil` if the server's backlog was full.
    ///
    /// A connect to a Unix socket is done or refused at once, or else the backlog is full (`EAGAIN`). libcurl takes
    /// that for a connect in progress, which then fails without an error of the system: nothing else looks like this.
    func connectError(of easy: CurlEasyHandle) -> Int32? {
        socketError ?? easy.systemError
    }

    func install(on easy: CurlEasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_OPENSOCKETDATA, context: self)
        let result = unsafe caisson_curl_on_open_socket(easy.pointer) { context, _, _ in
            guard let context = unsafe context else { return -1 }
            return unsafe Unmanaged<UnixSocketOpener>.fromOpaque(context).takeUnretainedValue().open()
        }
        try CurlEasyHandle.check(result, CURLOPT_OPENSOCKETFUNCTION)
    }

    private func open() -> curl_socket_t {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        socketError = descriptor < 0 ? errno : nil
        return descriptor
    }
}
