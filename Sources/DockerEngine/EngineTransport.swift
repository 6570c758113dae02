import CurlHTTP
import FoundationEssentials
import Model
import Ports
import Synchronization

/// How calls reach an engine: the version in their paths, their limits, and what the answers and errors of HTTP mean.
final class EngineTransport: Sendable {
    /// The oldest version that has every control we ask for, and the one that is spoken wherever an engine still takes it.
    static let version = "1.41"

    /// Limits of the calls.
    enum Limit {
        /// For calls that only look something up or change a row.
        static let quick = Duration.seconds(10)
        /// For create, start and remove, which wait for the kernel and the disk.
        static let slow = Duration.seconds(60)
        /// For loading an image that is in memory, and for the engine's silence while it takes in a longer one.
        static let load = Duration.seconds(300)
        /// For loading an image of any size.
        static let longLoad = Duration.seconds(3600)
        static let body = 8 << 20
    }

    private let address: EngineAddress
    private let http: CurlClient
    /// The version in every path, once the engine has been asked.
    private let spoken = Mutex<String?>(nil)

    init(address: EngineAddress) throws(EngineError) {
        self.address = address
        let endpoint: CurlClient.Endpoint =
            switch address.location {
            case .unixSocket(let path): .unixSocket(path: path)
            case .tcp(let host, let port):
                .tcp(host: host, port: port, tls: try address.certificates.map(Self.settings))
            }
        do {
            http = try CurlClient(endpoint: endpoint)
        } catch {
            throw .unreachable(address: "\(address)", reason: String(error.message.dropLast()))
        }
    }

    private static func settings(_ folder: String) throws(EngineError) -> TLSSettings {
        try CertificateFolder(path: folder).settings()
    }

    func shutdown() async { await http.shutdown() }

    // MARK: The version

    /// Asks for the engine's version and settles on the oldest that both speak, from ours on.
    ///
    /// - Throws: ``EngineError/tooOld(found:needed:)`` if it speaks only older ones.
    @discardableResult
    func negotiate() async throws(EngineError) -> EngineVersion {
        let found: EngineVersion = try await decode("GET /version", send(.get, "/version", isVersioned: false))
        let needed = Self.number(Self.version)
        guard Self.number(found.api) >= needed else { throw .tooOld(found: found.api, needed: Self.version) }
        let minimum = found.minimumAPI ?? Self.version
        spoken.withLock { $0 = Self.number(minimum) > needed ? minimum : Self.version }
        return found
    }

    /// `1.41` as 1041, for comparing.
    private static func number(_ version: String) -> Int {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 1000 + parts[1] : 0
    }

    // MARK: Sending

    /// The path with the version in front that was settled on.
    private func path(_ path: String) async throws(EngineError) -> String {
        if let version = spoken.withLock({ $0 }) { return "/v\(version)\(path)" }
        try await negotiate()
        return "/v\(spoken.withLock { $0 } ?? Self.version)\(path)"
    }

    /// The whole answer to a question for one thing, or `nil` if there is no such thing.
    func find(
        _ call: String, _ path: String, needsNewConnection: Bool = false
    ) async throws(EngineError) -> JSONValue? {
        let response = try await send(.get, path, needsNewConnection: needsNewConnection)
        if response.status == 404 { return nil }
        try check(call, response, [200])
        return try decode(call, response.body)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: HTTPRequest.Body? = nil, total: Duration = Limit.quick,
        isVersioned: Bool = true, needsNewConnection: Bool = false
    ) async throws(EngineError) -> HTTPResponse {
        let target = isVersioned ? try await self.path(path) : path
        let call = "\(method.rawValue) \(path.prefix { $0 != "?" })"
        return try await reach(call) {
            try await self.http.send(
                HTTPRequest(
                    method, target, body: body,
                    timeouts: HTTPRequest.Timeouts(total: total), bodyCapBytes: Limit.body,
                    needsNewConnection: needsNewConnection))
        }
    }

    /// Sends a body that comes piece by piece; see ``CurlClient/send(_:streaming:)``.
    func send<Source: AsyncSequence & Sendable>(
        _ call: String, _ path: String, streaming source: Source, as body: HTTPRequest.Body
    ) async throws(EngineError) -> HTTPResponse where Source.Element == [UInt8] {
        let target = try await self.path(path)
        return try await reach(call) {
            let timeouts = HTTPRequest.Timeouts(total: Limit.longLoad, idle: Limit.load)
            return try await self.http.send(
                HTTPRequest(.post, target, body: body, timeouts: timeouts, bodyCapBytes: Limit.body), streaming: source)
        }
    }

    /// Opens a raw stream in both directions.
    func upgrade(_ call: String, _ path: String, inboundBound: Int) async throws(EngineError) -> RawStream {
        let target = try await self.path(path)
        return try await reach(call) {
            let timeouts = HTTPRequest.Timeouts(total: Limit.quick)
            return try await self.http.upgrade(
                HTTPRequest(.post, target, timeouts: timeouts), inboundBoundBytes: inboundBound)
        }
    }

    /// Makes a call whose answer's body may take any time: returns once its head is there, with a status of 200.
    func open(_ call: String, _ path: String) async throws(EngineError) -> HTTPExchange {
        let target = try await self.path(path)
        let exchange = try await reach(call) { try await self.http.open(HTTPRequest(.post, target)) }
        let status = exchange.head.status
        guard status == 200 else { throw .refused(call: call, status: status, detail: "no answer was begun") }
        return exchange
    }

    /// Runs a call of the HTTP client and says what its errors mean for an engine.
    private func reach<Value: Sendable>(
        _ call: String, _ body: () async throws -> Value
    ) async throws(EngineError) -> Value {
        do {
            return try await body()
        } catch let error as HTTPClientError {
            throw meaning(of: error, in: call)
        } catch is CancellationError {
            throw .interrupted
        } catch let error as any UserFacingError {
            throw .sourceFailed(code: error.code, message: error.message, remedy: error.remedy)
        } catch {
            throw .protocolViolation(call: call, detail: "\(error)")
        }
    }

    private func meaning(of error: HTTPClientError, in call: String) -> EngineError {
        func unreachable(_ reason: String) -> EngineError { .unreachable(address: "\(address)", reason: reason) }
        switch error {
        case .connectFailed(_, let reason): return unreachable(reason)
        case .nameNotResolved: return unreachable("the name of the host is not known")
        case .connectionClosed: return unreachable("it closed the connection")
        case .timedOut(.connect, let limit):
            return unreachable("it did not take the connection within \(limit.shortText)")
        case .timedOut(_, let limit): return .timedOut(call: call, limit: limit)
        case .tlsFailed(let failure, _):
            let files = "The files in use lie in \(address.certificates ?? "")."
            return .notTrusted(
                address: "\(address)", reason: failure.reason, remedy: "\(failure.remedy) \(files)")
        case .upgradeRefused(let status, let body), .uploadCutShort(let status, let body):
            return .refused(call: call, status: status, detail: Self.message(in: body))
        case .bodyLength: return .sourceFailed(code: error.code, message: error.message, remedy: error.remedy)
        default: return .protocolViolation(call: call, detail: String(error.message.dropLast()))
        }
    }

    /// Refuses an answer whose status is none of `accepted`.
    func check(_ call: String, _ response: HTTPResponse, _ accepted: Set<Int>) throws(EngineError) {
        guard !accepted.contains(response.status) else { return }
        throw .refused(call: call, status: response.status, detail: Self.message(in: response.body))
    }

    /// The engine's own words, for people only.
    private static func message(in body: [UInt8]) -> String {
        struct Answer: Decodable {
            let message: String?
            /// What a load, which answers 200 before it has read its input, says instead.
            let error: String?
        }
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))  // ignored: not every error has a body
        return answer?.message ?? answer?.error ?? String(decoding: body.prefix(400), as: UTF8.self)
    }

    private func decode<Value: Decodable>(_ call: String, _ response: HTTPResponse) throws(EngineError) -> Value {
        try check(call, response, [200])
        return try decode(call, response.body)
    }

    func decode<Value: Decodable>(_ call: String, _ body: [UInt8]) throws(EngineError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(body))
        } catch {
            throw .protocolViolation(call: call, detail: "\(error)")
        }
    }

    func encode(_ body: JSONValue) throws(EngineError) -> HTTPRequest.Body {
        do {
            return HTTPRequest.Body(Array(try JSONEncoder().encode(body)), contentType: "application/json")
        } catch {
            throw .protocolViolation(call: "our own request", detail: "\(error)")
        }
    }

    /// Percent-encodes what may stand in a path segment or a query value.
    static func encoded(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            if plain.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
