import CCurl

extension CurlLoop {
    /// Waits until something happens, then moves the bytes of the raw streams that are ready.
    ///
    /// Every raw stream is waited for, whether or not its user reads: what the user does not fetch waits in its pipe.
    func serveRawConnections(waiting milliseconds: Int32) throws(HTTPClientError) {
        var ids: [ConversationID] = []
        var sockets: [curl_waitfd] = []
        var holdsBytes = false
        for (id, connection) in rawConnections {
            guard let socket = connection.socket else { continue }
            let events = CURL_WAIT_POLLIN | (connection.waitsForRoom ? CURL_WAIT_POLLOUT : 0)
            holdsBytes = holdsBytes || connection.mayHoldBytes
            ids.append(id)
            sockets.append(curl_waitfd(fd: socket, events: Int16(events), revents: 0))
        }
        try multi.poll(&sockets, milliseconds: holdsBytes ? 0 : milliseconds)
        for (id, socket) in zip(ids, sockets) {
            // What TLS has taken from the socket already, no poll shows.
            let mayHoldBytes = rawConnections[id]?.mayHoldBytes == true
            if mayHoldBytes || Int32(socket.revents) & CURL_WAIT_POLLIN != 0 { receiveRaw(id) }
            if Int32(socket.revents) & CURL_WAIT_POLLOUT != 0 { sendRaw(id) }
        }
    }

    /// Sends what the stream's pipe holds, as far as the socket takes it.
    func sendRaw(_ id: ConversationID) {
        guard let connection = rawConnections[id], !connection.send() else { return }
        // The server's last words, such as its refusal, may lie in the socket still.
        var end: RawStreamEnd?
        repeat { end = connection.receive(using: &buffer) } while end == nil && connection.mayHoldBytes
        self.end(id) { _ in connection.end(end ?? .failed(connection.connector.connectionLoss)) }
    }

    private func receiveRaw(_ id: ConversationID) {
        guard let connection = rawConnections[id] else { return }
        guard let end = connection.receive(using: &buffer) else { return }
        self.end(id) { _ in connection.end(end) }
    }
}
