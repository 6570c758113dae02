import CCurl

/// libcurl's multi handle: the transfers, and the connections kept between them.
///
/// Threading: the loop's thread only, except ``wakeUp()``.
// Safe because: libcurl allows `curl_multi_wakeup` from any thread, and nothing else is called off the loop's thread.
@safe struct CurlMultiHandle: @unchecked Sendable {
    /// Most connections kept, raw streams included, so that those never push the idle ones out.
    private static let maxConnections = 4096
    // libcurl makes this call thread-safe; it is never undone, as others in the process may use the library.
    private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let pointer: UnsafeMutableRawPointer

    /// Makes the handle, and starts libcurl before the first one of the process.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``.
    init() throws(HTTPClientError) {
        guard Self.globalResult == CURLE_OK, let pointer = unsafe curl_multi_init() else {
            throw .internalFault(detail: "curl_multi_init")
        }
        unsafe self.pointer = pointer
        // ignored: a smaller cache of connections costs time only
        _ = unsafe caisson_curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.maxConnections)
    }

    /// Ends the wait that is under way, or else the next one; not to be called after ``cleanUp()``.
    func wakeUp() {
        // ignored: it fails only where its pipe is full, and then the loop wakes anyway
        _ = unsafe curl_multi_wakeup(pointer)
    }

    /// Starts the connection or transfer that `easy` describes.
    func add(_ easy: CurlEasyHandle) throws(HTTPClientError) {
        try Self.check(unsafe curl_multi_add_handle(pointer, easy.pointer), "curl_multi_add_handle")
    }

    /// Ends what `easy` is doing; a connection in the middle of something, or with a raw stream on it, is closed.
    func remove(_ easy: CurlEasyHandle) {
        // ignored: a handle that is not in has nothing to end
        _ = unsafe curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Does whatever can be done without waiting.
    func perform() throws(HTTPClientError) {
        var running: Int32 = 0
        try Self.check(unsafe curl_multi_perform(pointer, &running), "curl_multi_perform")
    }

    /// The next connection or transfer that is done, for better or worse.
    func nextDone() -> (id: ConversationID, result: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(pointer, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            var mark: UnsafeMutablePointer<CChar>?
            // ignored: it fails on a null handle only
            _ = unsafe caisson_curl_get_private(message.pointee.easy_handle, &mark)
            let id = ConversationID(rawValue: UInt(bitPattern: mark))
            return (id, unsafe caisson_curl_message_result(message))
        }
        return nil
    }

    /// Waits for libcurl's own sockets, the given ones or ``wakeUp()``; `revents` tells which of those are ready.
    func poll(_ sockets: inout [curl_waitfd], milliseconds: Int32) throws(HTTPClientError) {
        let count = UInt32(sockets.count)
        let result = unsafe sockets.withUnsafeMutableBufferPointer { buffer in
            unsafe curl_multi_poll(pointer, buffer.baseAddress, count, milliseconds, nil)
        }
        try Self.check(result, "curl_multi_poll")
    }

    /// Closes all connections and frees the handle; every easy handle must be out.
    func cleanUp() {
        // ignored: it fails on a null handle only
        _ = unsafe curl_multi_cleanup(pointer)
    }

    private static func check(_ result: CURLMcode, _ call: String) throws(HTTPClientError) {
        guard result == CURLM_OK else { throw .internalFault(detail: "\(call): \(result.rawValue)") }
    }
}
