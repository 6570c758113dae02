// ControlClient: asks the daemon over its socket, with the types of ControlWire. It must not read the data folder, start a daemon, or
// print.
package import ControlWire
import CurlHTTP
import Foundation
package import Model
package import Ports

/// The typed calls of the control API.
///
/// Life: call ``shutdown()`` when done.
package final class ControlClient: Sendable {
    /// Time for an answer to a call that ends by itself.
    static let shortLimit = Duration.seconds(60)
    /// Time without a byte in either direction while something is sent in or handed out whole.
    static let idleLimit = Duration.seconds(120)

    package let socketPath: String
    let http: CurlClient

    /// Connects to nothing yet.
    ///
    /// - Throws: ``ControlError/pathUnusable(path:)``.
    package init(socketPath path: String) throws(ControlError) {
        do {
            http = try CurlClient(endpoint: .unixSocket(path: path))
        } catch {
            if case .connectFailed = error { throw .pathUnusable(path: path) }
            throw .fault(message: error.message)
        }
        socketPath = path
    }

    package func shutdown() async { await http.shutdown() }

    package func version() async throws -> VersionView { try await get("/version") }

    package func status() async throws -> StatusView { try await get("/status") }

    /// How the daemon is, also if it is not well.
    package func health() async throws -> HealthView {
        let response = try await send(request(.get, "/health"))
        // Both are answers to this question, not failures of it; a refusal has another body.
        let view = try? Self.decode(HealthView.self, response.body)  // ignored: told below
        guard response.status == 503, let view else { return try Self.value(response) }
        return view
    }

    /// The newest jobs first, of those that `filter` means.
    ///
    /// - Parameter before: ``JobListView/next`` of the page before this one.
    package func jobs(_ filter: JobFilter = JobFilter(), limit: Int, before: Int64? = nil) async throws -> JobListView {
        var query = [("limit", "\(limit)"), ("filter", JobFilterText.text(filter))]
        if let before { query.append(("before", "\(before)")) }
        return try await get("/jobs", query: query)
    }

    /// - Parameter job: an id, the beginning of one, or `@latest`.
    package func job(_ job: String, with parts: [JobPart] = []) async throws -> JobView {
        try await get("/jobs/\(Self.encoded(job))", query: [("include", Self.text(parts))])
    }

    package func spec(of job: String) async throws -> JobSpec { try await get("/jobs/\(Self.encoded(job))/spec") }

    package func attempts(of job: String) async throws -> [AttemptView] {
        let list: AttemptListView = try await get("/jobs/\(Self.encoded(job))/attempts")
        return list.attempts
    }

    package func events(of job: String) async throws -> [EventView] {
        let list: EventListView = try await get("/jobs/\(Self.encoded(job))/events")
        return list.events
    }

    /// The job as it is at its end, or when the time is over.
    ///
    /// - Parameter limit: up to ``ControlWire/longestWaitMilliseconds``; ask again to wait longer.
    package func wait(for job: String, limit: Duration) async throws -> JobView {
        let longest = Duration.milliseconds(ControlWire.longestWaitMilliseconds)
        let milliseconds = Int64(min(max(limit, .zero), longest) / .milliseconds(1))
        let request = try request(
            .get, "/jobs/\(Self.encoded(job))/wait", query: [("timeout_ms", "\(milliseconds)")],
            total: .milliseconds(milliseconds) + Self.shortLimit)
        return try Self.value(try await send(request))
    }

    /// The job as it is at its end, however many requests that takes.
    ///
    /// - Parameter limit: `nil` waits for as long as it takes.
    /// - Throws: ``ControlError/waitTimedOut(job:state:limit:)`` if it is not at its end by then.
    package func end(of job: String, limit: Duration?) async throws -> JobView {
        let longest = Duration.milliseconds(ControlWire.longestWaitMilliseconds)
        var rest = limit ?? longest
        while true {
            let slice = min(rest, longest)
            let view = try await wait(for: job, limit: slice)
            if view.finishedAt != nil { return view }
            guard let limit else { continue }
            rest -= slice
            guard rest > .zero else { throw ControlError.waitTimedOut(job: view.id, state: view.state, limit: limit) }
        }
    }

    // MARK: Requests

    func get<Value: Decodable>(_ path: String, query: [(String, String)] = []) async throws -> Value {
        try Self.value(try await send(request(.get, path, query: query)))
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [], body: HTTPRequest.Body? = nil,
        total: Duration? = ControlClient.shortLimit, idle: Duration? = nil
    ) throws -> HTTPRequest {
        let pairs = query.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        do {
            return try HTTPRequest(
                method, pairs.isEmpty ? path : "\(path)?\(pairs)", body: body,
                timeouts: .init(total: total, idle: idle), bodyCapBytes: Self.answerBytes)
        } catch {
            throw ControlError.fault(message: error.message)
        }
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await translating { try await http.send(request) }
    }

    /// Longest answer that is taken whole: 64 MiB.
    private static let answerBytes = 64 << 20

    /// Gives errors of the connection our words; `CancellationError` passes.
    func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as HTTPClientError {
            throw ControlError(error, socketPath: socketPath)
        }
    }

    /// The body of an answer of success.
    static func value<Value: Decodable>(_ response: HTTPResponse) throws -> Value {
        guard response.status < 400 else { throw ControlError(status: response.status, body: response.body) }
        do {
            return try decode(Value.self, response.body)
        } catch {
            throw ControlError.protocolViolation(detail: "an answer is no \(Value.self)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    private static func text(_ parts: [JobPart]) -> String { parts.map(\.rawValue).joined(separator: ",") }

    /// Safe as one segment of a path, and in a query.
    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// RFC 3986, 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
