import CCurl

extension CurlConnector {
    /// Seconds of silence before the kernel asks whether the other end is still there, and between two such questions:
    /// with its nine tries, a dead peer is noticed after three minutes.
    private static let (keepAliveIdleSeconds, keepAliveIntervalSeconds) = (60, 15)
    /// libcurl's word for "the name in the certificate must be that of the host".
    private static let verifyName = 2

    /// Sets where to connect, and takes from libcurl every way of going anywhere else.
    func configure(
        _ easy: CurlEasyHandle, target: String, connectLimit: Duration
    ) throws(HTTPClientError) {
        let scheme = endpoint.tls == nil ? "http" : "https"
        try easy.set(CURLOPT_URL, "\(scheme)://\(endpoint.authority)\(target)")
        try easy.set(CURLOPT_PATH_AS_IS, 1)
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOPROXY, "*")
        try easy.set(CURLOPT_PROTOCOLS_STR, scheme)
        try easy.set(CURLOPT_FOLLOWLOCATION, 0)
        try easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try easy.set(CURLOPT_NOSIGNAL, 1)
        try installOpener(on: easy)
        switch endpoint {
        case .unixSocket(let path): try easy.set(CURLOPT_UNIX_SOCKET_PATH, path)
        case .tcp(_, _, let tls):
            try configureTCP(easy, connectLimit: connectLimit)
            if let tls { try configure(easy, tls) }
        }
    }

    private func configureTCP(_ easy: CurlEasyHandle, connectLimit: Duration) throws(HTTPClientError) {
        // From the name to the end of the TLS handshake. Zero would mean libcurl's own five minutes.
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int((connectLimit / .milliseconds(1)).rounded(.up))))
        try easy.set(CURLOPT_TCP_NODELAY, 1)
        try easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        try easy.set(CURLOPT_TCP_KEEPIDLE, Self.keepAliveIdleSeconds)
        try easy.set(CURLOPT_TCP_KEEPINTVL, Self.keepAliveIntervalSeconds)
        // Else ending a transfer would wait for the thread that looks its name up, and the loop with it.
        try easy.set(CURLOPT_QUICK_EXIT, 1)
    }

    private func configure(_ easy: CurlEasyHandle, _ tls: TLSSettings) throws(HTTPClientError) {
        try easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        try easy.set(CURLOPT_SSL_VERIFYHOST, Self.verifyName)
        try easy.set(CURLOPT_CAINFO_BLOB, copyOf: tls.authorities)
        try easy.clear(CURLOPT_CAPATH)  // libcurl is built with the folder of the system's authorities
        if let identity = tls.identity {
            try easy.set(CURLOPT_SSLCERT_BLOB, copyOf: identity.certificate)
            try easy.set(CURLOPT_SSLKEY_BLOB, copyOf: identity.key)
            try easy.set(CURLOPT_KEYPASSWD, "")  // else OpenSSL asks for it at the terminal
        }
        try installWitness(on: easy)
    }
}
