import CCurl

/// libcurl's easy handle: one connection or transfer, and the list of headers that must live as long.
///
/// Threading: the loop's thread only. It must be out of the multi handle before it goes.
@safe final class CurlEasyHandle {
    /// What one ``receive(into:)`` brought.
    enum Received {
        case bytes(Int)
        case wouldBlock
        case endOfFile
        case failed
    }

    let pointer: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// Makes a handle whose messages name `id`.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``.
    init(id: ConversationID) throws(HTTPClientError) {
        guard let pointer = unsafe curl_easy_init() else { throw .internalFault(detail: "curl_easy_init") }
        unsafe self.pointer = pointer
        let mark = unsafe UnsafeMutableRawPointer(bitPattern: id.rawValue)
        try Self.check(unsafe caisson_curl_set_pointer(pointer, CURLOPT_PRIVATE, mark), CURLOPT_PRIVATE)
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(headers)
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try Self.check(unsafe caisson_curl_set_long(pointer, option, value), option)
    }

    func set(_ option: CURLoption, offset: Int) throws(HTTPClientError) {
        try Self.check(unsafe caisson_curl_set_offset(pointer, option, curl_off_t(offset)), option)
    }

    func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try Self.check(unsafe caisson_curl_set_string(pointer, option, value), option)
    }

    func set(_ option: CURLoption, copyOf bytes: [UInt8]) throws(HTTPClientError) {
        let result = unsafe bytes.withUnsafeBytes { bytes in
            unsafe caisson_curl_set_blob(pointer, option, bytes.baseAddress, bytes.count)
        }
        try Self.check(result, option)
    }

    /// Takes back what libcurl sets by itself.
    func clear(_ option: CURLoption) throws(HTTPClientError) {
        try Self.check(unsafe caisson_curl_clear(pointer, option), option)
    }

    /// Hands `object` to a callback; whoever owns the handle keeps the object alive as long.
    func set(_ option: CURLoption, context object: AnyObject) throws(HTTPClientError) {
        let context = unsafe Unmanaged.passUnretained(object).toOpaque()
        try Self.check(unsafe caisson_curl_set_pointer(pointer, option, context), option)
    }

    /// Sets the header lines in libcurl's notation: `Name: value`, `Name;` for an empty value, `Name:` to leave it out.
    func setHeaders(_ lines: [String]) throws(HTTPClientError) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(headers, line) else {
                throw .internalFault(detail: "curl_slist_append")
            }
            unsafe headers = longer
        }
        try Self.check(unsafe caisson_curl_set_headers(pointer, headers), CURLOPT_HTTPHEADER)
    }

    /// The socket of a connection made for a raw stream.
    var socket: curl_socket_t? {
        var socket: curl_socket_t = -1
        guard unsafe caisson_curl_get_socket(pointer, &socket) == CURLE_OK, socket != -1 else { return nil }
        return socket
    }

    /// The system's error of the last connect; `nil` if it had none.
    var systemError: Int32? {
        var error = 0
        guard unsafe caisson_curl_get_system_error(pointer, &error) == CURLE_OK, error != 0 else { return nil }
        return Int32(error)
    }

    /// What OpenSSL says of the server's certificate (`X509_V_…`); 0 if it has nothing against it, or saw none.
    var certificateVerdict: Int {
        var verdict = 0
        // ignored: it fails on a null handle only
        _ = unsafe caisson_curl_get_certificate_verdict(pointer, &verdict)
        return verdict
    }

    /// Lets a transfer go on that its callbacks had held back.
    ///
    /// They may be called from in here. A result other than success ends the transfer.
    func resume() -> CURLcode { unsafe curl_easy_pause(pointer, CURLPAUSE_CONT) }

    /// Reads what the raw stream's socket holds, without waiting.
    func receive(into buffer: inout [UInt8]) -> Received {
        var count = 0
        let result = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe curl_easy_recv(pointer, bytes.baseAddress, bytes.count, &count)
        }
        switch result {
        case CURLE_OK: return count == 0 ? .endOfFile : .bytes(count)
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed
        }
    }

    /// Writes as much as the raw stream's socket takes without waiting; `nil` once the connection is gone.
    func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        var count = 0
        let result = unsafe bytes.withUnsafeBytes { bytes in
            unsafe curl_easy_send(pointer, bytes.baseAddress, bytes.count, &count)
        }
        switch result {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: return nil
        }
    }

    static func check(_ result: CURLcode, _ option: CURLoption) throws(HTTPClientError) {
        guard result == CURLE_OK else {
            throw .internalFault(detail: "option \(option.rawValue): \(result.rawValue)")
        }
    }
}
