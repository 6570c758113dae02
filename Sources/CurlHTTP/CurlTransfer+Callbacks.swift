import CCurl
import Glibc

extension CurlTransfer {
    /// Tells libcurl to call this transfer; the loop keeps it alive as long as the handle.
    func installCallbacks() throws(HTTPClientError) {
        for option in [CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA] {
            try easy.set(option, context: self)
        }
        let results = unsafe [
            (CURLOPT_HEADERFUNCTION, caisson_curl_on_header(easy.pointer, headCallback)),
            (CURLOPT_WRITEFUNCTION, caisson_curl_on_body(easy.pointer, bodyCallback)),
            (CURLOPT_READFUNCTION, caisson_curl_on_upload(easy.pointer, uploadCallback)),
            (CURLOPT_SEEKFUNCTION, caisson_curl_on_seek(easy.pointer, seekCallback)),
            (CURLOPT_PREREQFUNCTION, caisson_curl_on_request(easy.pointer, requestCallback)),
        ]
        for (option, result) in results { try CurlEasyHandle.check(result, option) }
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
}

/// Any other count than the one given makes libcurl stop; 1 is never the right one for an empty piece.
private func stopped(insteadOf count: Int) -> Int { count == 0 ? 1 : 0 }

private let headCallback: curl_write_callback = { bytes, size, count, context in
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    let goOn = unsafe transfer(context)?.receiveHeadLine(piece) ?? false
    return goOn ? piece.count : stopped(insteadOf: piece.count)
}

private let bodyCallback: curl_write_callback = { bytes, size, count, context in
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    switch unsafe transfer(context)?.receiveBody(piece) {
    case .taken: return piece.count
    case .later: return Int(CURL_WRITEFUNC_PAUSE)
    case .stop, nil: return stopped(insteadOf: piece.count)
    }
}

private let uploadCallback: curl_read_callback = { bytes, size, count, context in
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    switch unsafe transfer(context)?.sendBody(into: room) {
    case .bytes(let sent): return sent
    case .end: return 0
    case .nothingYet: return Int(CURL_READFUNC_PAUSE)
    case nil: return Int(CURL_READFUNC_ABORT)
    }
}

private let seekCallback: curl_seek_callback = { context, offset, origin in
    let done = unsafe origin == SEEK_SET && transfer(context)?.seekBody(to: Int(offset)) == true
    return done ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}

private let requestCallback: curl_prereq_callback = { context, _, _, _, _ in
    let goOn = unsafe transfer(context)?.mayBeSent() ?? false
    return goOn ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
