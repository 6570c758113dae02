package import ControlWire
import CurlHTTP
package import Model
package import Ports

extension ControlClient {
    /// How often in a row a stream that was cut is gone on with although nothing came meanwhile.
    static let fruitlessResumes = 5

    /// Keeps bytes in the daemon for a submission that names them.
    ///
    /// - Parameter size: if it is known; the daemon can then refuse before anything is sent.
    package func upload(_ source: any InputSource, size: ByteCount? = nil) async throws -> BlobView {
        let length = size.map { Int($0.bytes) }
        return try await post(source, length: length, to: "/blobs", idle: Self.idleLimit)
    }

    /// Feeds a job's live standard input until the source, or the job, ends.
    package func feed(_ source: any InputSource, to job: String) async throws -> StdinView {
        try await post(source, length: nil, to: "/jobs/\(Self.encoded(job))/stdin", idle: nil)
    }

    func post<Value: Decodable>(
        _ source: any InputSource, length: Int?, to path: String, query: [(String, String)] = [], idle: Duration?
    ) async throws -> Value {
        let body = HTTPRequest.Body.streamed(lengthBytes: length, contentType: "application/octet-stream")
        let request = try request(.post, path, query: query, body: body, total: nil, idle: idle)
        do {
            return try Self.value(
                try await translating { try await http.send(request, streaming: SourcePieces(source: source)) })
        } catch let error as StoreError {
            throw ControlError.sourceFailed(code: error.code, message: error.message, remedy: error.remedy)
        }
    }

    /// Hands out what a job writes to one of its streams, piece by piece, until its attempt has ended.
    ///
    /// A connection that is cut meanwhile is gone on with where it ended. A job that waits has nothing to hand out yet: this waits.
    ///
    /// - Parameters:
    ///   - attempt: its number; `nil` is the newest one there is.
    ///   - from: the first byte that is wanted.
    ///   - isFollowed: without it, what there is now is handed out, and nothing is waited for.
    /// - Returns: which attempt it was, 0 if the job ended without one, and where its output ended.
    package func output(
        of job: String, _ stream: OutputStream, attempt: Int? = nil, from: Int64 = 0, isFollowed: Bool = true,
        _ take: ([UInt8]) async throws -> Void
    ) async throws -> (attempt: Int, end: Int64) {
        var (attempt, offset, fruitless) = (attempt, from, 0)
        while true {
            do {
                var query = [("stream", stream.rawValue), ("from", "\(offset)")]
                if let attempt { query.append(("attempt", "\(attempt)")) }
                if !isFollowed { query.append(("follow", "0")) }
                let path = "/jobs/\(Self.encoded(job))/output"
                let download = try await download(path, query: query)
                if let number = download.head.headers[ControlWire.attemptHeader].flatMap(Int.init) { attempt = number }
                while let piece = try await download.read() {
                    (offset, fruitless) = (offset + Int64(piece.count), 0)
                    try await take(piece)
                }
                return (attempt ?? 0, offset)
            } catch HTTPClientError.connectionClosed where fruitless < Self.fruitlessResumes {
                fruitless += 1
            } catch let error as HTTPClientError {
                throw ControlError(error, socketPath: socketPath)
            }
        }
    }

    /// The bytes `from` … of a blob, at most ``ControlWire/mostBlobBytes`` of them; none at its end.
    package func blob(_ digest: String, from: Int64, count: Int) async throws -> [UInt8] {
        let most = min(max(count, 0), ControlWire.mostBlobBytes)
        let request = try request(
            .get, "/blobs/\(Self.encoded(digest))", query: [("from", "\(from)"), ("count", "\(most)")])
        let response = try await send(request)
        guard response.status < 400 else { throw ControlError(status: response.status, body: response.body) }
        return response.body
    }

    /// A call as it stands, for `caisson api`; the answer's body is handed out piece by piece.
    ///
    /// - Parameters:
    ///   - body: JSON, for POST.
    ///   - target: path and query, percent-encoded.
    /// - Throws: ``ControlError`` also for an answer of status 400 and more.
    package func call(
        _ isPost: Bool, _ target: String, body: [UInt8]?, _ take: ([UInt8]) async throws -> Void
    ) async throws {
        let body = isPost ? HTTPRequest.Body(body ?? [], contentType: "application/json") : nil
        let request = try request(isPost ? .post : .get, target, body: body, total: nil)
        let download = try await translating { try await http.download(request) }
        try await Self.checkStatus(download)
        while let piece = try await translating({ try await download.read() }) { try await take(piece) }
    }

    private func download(_ path: String, query: [(String, String)]) async throws -> HTTPDownload {
        let download = try await http.download(try request(.get, path, query: query, total: nil))
        try await Self.checkStatus(download)
        return download
    }

    private static func checkStatus(_ download: HTTPDownload) async throws {
        guard download.head.status >= 400 else { return }
        var body: [UInt8] = []
        while let piece = try await download.read() { body += piece }
        throw ControlError(status: download.head.status, body: body)
    }
}

/// A source as the HTTP client reads it.
private struct SourcePieces: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    let source: any InputSource

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: any InputSource
        func next() async throws -> [UInt8]? { try await source.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }
}
