import CCurl

extension CurlEasyHandle {
    /// Sets where to connect, and takes from libcurl every way of going anywhere else.
    func configureConnection(to target: String, through opener: UnixSocketOpener) throws(HTTPClientError) {
        try set(CURLOPT_URL, "http://localhost" + target)
        try set(CURLOPT_UNIX_SOCKET_PATH, opener.path)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_PROTOCOLS_STR, "http")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_NOSIGNAL, 1)
        try opener.install(on: self)
    }
}
