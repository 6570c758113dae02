import CCurl
import Glibc

/// Says where and how libcurl connects, opens the socket in its place, and tells why a connection failed.
///
/// Threading: the loop's thread only; libcurl's callbacks run there too.
final class CurlConnector {
    let endpoint: CurlClient.Endpoint
    /// The system's error if there was no socket to be had.
    private(set) var socketError: Int32?
    private(set) var witness = TLSWitness()

    init(endpoint: CurlClient.Endpoint) {
        self.endpoint = endpoint
    }

    /// Has the socket opened here, so that it is closed on exec.
    func installOpener(on easy: CurlEasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_OPENSOCKETDATA, context: self)
        let result = unsafe caisson_curl_on_open_socket(easy.pointer) { context, _, address in
            guard let context = unsafe context, let address = unsafe address else { return -1 }
            let connector = unsafe Unmanaged<CurlConnector>.fromOpaque(context).takeUnretainedValue()
            return unsafe connector.open(
                family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol)
        }
        try CurlEasyHandle.check(result, CURLOPT_OPENSOCKETFUNCTION)
    }

    /// Has the messages of TLS shown to the witness.
    func installWitness(on easy: CurlEasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_DEBUGDATA, context: self)
        let result = unsafe caisson_curl_on_trace(easy.pointer) { _, kind, bytes, count, context in
            guard let context = unsafe context, kind == CURLINFO_SSL_DATA_IN || kind == CURLINFO_SSL_DATA_OUT
            else { return 0 }
            let connector = unsafe Unmanaged<CurlConnector>.fromOpaque(context).takeUnretainedValue()
            let message = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
            unsafe connector.witness.see(message, isReceived: kind == CURLINFO_SSL_DATA_IN)
            return 0
        }
        try CurlEasyHandle.check(result, CURLOPT_DEBUGFUNCTION)
        try easy.set(CURLOPT_VERBOSE, 1)
    }

    private func open(family: Int32, type: Int32, protocol: Int32) -> curl_socket_t {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, type | flags, `protocol`)
        socketError = descriptor < 0 ? errno : nil
        return descriptor
    }
}
