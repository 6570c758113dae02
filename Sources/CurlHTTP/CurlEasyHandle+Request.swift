import CCurl

extension CurlEasyHandle {
    /// Sets method, headers and the length of the body, whose bytes a callback hands over.
    func configure(_ request: HTTPRequest) throws(HTTPClientError) {
        switch request.method {
        case .get: try set(CURLOPT_HTTPGET, 1)
        case .head: try set(CURLOPT_NOBODY, 1)
        case .post: try set(CURLOPT_POST, 1)
        case .delete where request.body != nil: try set(CURLOPT_POST, 1)
        case .delete: break
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        // Without the last two, libcurl invents a type for every POST and waits for a 100 before a long body.
        var lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        lines += ["Content-Type: \(request.body?.contentType ?? "")", "Expect:"]
        if request.method == .post || request.body != nil {
            let length = request.body.map(\.lengthBytes) ?? 0
            try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: length ?? -1)
            if length == nil { lines.append("Transfer-Encoding: chunked") }
        }
        // A body that cannot be had twice must not meet a kept connection that is dead.
        if request.needsNewConnection || request.body?.isStreamed == true { try set(CURLOPT_FRESH_CONNECT, 1) }
        try setHeaders(lines)
    }
}
