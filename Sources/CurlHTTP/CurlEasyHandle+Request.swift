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
        if request.method == .post || request.body != nil {
            try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: request.body?.bytes.count ?? 0)
        }
        // Without the last two, libcurl invents a type for every POST and waits for a 100 before a long body.
        let lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        try setHeaders(lines + ["Content-Type: \(request.body?.contentType ?? "")", "Expect:"])
    }
}
