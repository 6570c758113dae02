extension UploadPipe {
    /// Moves everything from `source` into the pipe; calls `wakeLoop` when the loop waits for it.
    ///
    /// With a length, the piece that completes it is kept back until the source has ended: so a body that is too long
    /// is noticed before the server can take its beginning for the whole.
    ///
    /// - Throws: what `source` throws; ``HTTPClientError/bodyLength(declared:given:)``.
    func fill<Source: AsyncSequence>(
        from source: Source, lengthBytes: Int?, wakeLoop: () -> Void
    ) async throws where Source.Element == [UInt8] {
        var given = 0
        var last: [UInt8] = []
        for try await piece in source where !piece.isEmpty {
            given += piece.count
            if let lengthBytes, given >= lengthBytes {
                guard given == lengthBytes else {
                    throw HTTPClientError.bodyLength(declared: lengthBytes, given: given)
                }
                last = piece
                continue
            }
            if write(piece) { wakeLoop() }
            guard await waitForRoom() else { return }
        }
        if let lengthBytes, given != lengthBytes {
            throw HTTPClientError.bodyLength(declared: lengthBytes, given: given)
        }
        if write(last) { wakeLoop() }
        if end() { wakeLoop() }
    }
}
