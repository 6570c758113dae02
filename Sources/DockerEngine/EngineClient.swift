import CurlHTTP
import FoundationEssentials
import Model
package import Ports
import Synchronization

/// Speaks to one Docker engine: a closed list of calls, each with its own time limit and body cap.
///
/// Errors are told apart by status, never by text. The version is asked for once and then stands in every path.
/// - Source: Engine API 1.41 (https://docs.docker.com/reference/api/engine/version/v1.41/).
package final class EngineClient: Sendable {
    /// The oldest version that has every control we ask for, and the one that is spoken wherever an engine still takes it.
    package static let version = "1.41"

    /// Limits of the calls.
    enum Limit {
        /// For calls that only look something up or change a row.
        static let quick = Duration.seconds(10)
        /// For create, start and remove, which wait for the kernel and the disk.
        static let slow = Duration.seconds(60)
        /// For loading an image.
        static let load = Duration.seconds(300)
        static let body = 8 << 20
    }

    package let address: EngineAddress
    private let http: CurlClient
    /// The version in every path, once the engine has been asked.
    private let spoken = Mutex<String?>(nil)

    package init(address: EngineAddress) throws(EngineError) {
        self.address = address
        do {
            http = try CurlClient(endpoint: .unixSocket(path: address.socketPath))
        } catch {
            throw .unreachable(address: "\(address)", reason: error.message)
        }
    }

    package func shutdown() async { await http.shutdown() }

    // MARK: The engine

    /// What `GET /version` says of itself.
    package struct Version: Sendable, Hashable, Decodable {
        package let engine: String
        package let api: String
        package let minimumAPI: String?

        enum CodingKeys: String, CodingKey {
            case engine = "Version"
            case api = "ApiVersion"
            case minimumAPI = "MinAPIVersion"
        }
    }

    /// Asks for the engine's version and settles on the oldest that both speak, from ours on.
    ///
    /// - Throws: ``EngineError/tooOld(found:needed:)`` if it speaks only older ones.
    @discardableResult
    package func negotiate() async throws(EngineError) -> Version {
        let found: Version = try await decode("GET /version", send(.get, "/version", isVersioned: false))
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

    // MARK: Images

    /// The whole answer of `GET /images/{name}/json`, or `nil` if there is no such image.
    func inspectImage(_ name: String) async throws(EngineError) -> JSONValue? {
        try await find("GET /images/{name}/json", "/images/\(Self.encoded(name))/json")
    }

    /// Loads a docker-archive.
    func loadImage(archive: [UInt8]) async throws(EngineError) {
        let call = "POST /images/load"
        let body = HTTPRequest.Body(archive, contentType: "application/x-tar")
        let response = try await send(.post, "/images/load?quiet=1", body: body, total: Limit.load)
        try check(call, response, [200])
        // The engine answers 200 and says in the body, line by line, whether it worked.
        for line in response.body.split(separator: UInt8(ascii: "\n")) {
            let progress: JSONValue = try decode(call, Array(line))
            if let error = progress["error"]?.stringValue { throw .refused(call: call, status: 200, detail: error) }
        }
    }

    // MARK: Containers

    struct Created: Decodable {
        let id: String
        let warnings: [String]?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case warnings = "Warnings"
        }
    }

    func createContainer(name: String, body: JSONValue) async throws(EngineError) -> Created {
        let call = "POST /containers/create"
        let response = try await send(.post, "/containers/create?name=\(name)", body: encode(body), total: Limit.slow)
        try check(call, response, [201])
        return try decode(call, response.body)
    }

    /// The whole answer of `GET /containers/{id}/json`, or `nil` if there is no such container.
    func inspectContainer(_ id: String) async throws(EngineError) -> JSONValue? {
        try await find("GET /containers/{id}/json", "/containers/\(id)/json")
    }

    struct Listed: Decodable {
        let id: String
        let names: [String]
        let labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case names = "Names"
            case labels = "Labels"
        }
    }

    /// All containers with a label of this value, whatever their state.
    func listContainers(label: String, value: String) async throws(EngineError) -> [Listed] {
        let filters = Self.encoded("{\"label\":[\"\(label)=\(value)\"]}")
        let response = try await send(.get, "/containers/json?all=1&filters=\(filters)", total: Limit.quick)
        try check("GET /containers/json", response, [200])
        return try decode("GET /containers/json", response.body)
    }

    /// Opens the container's streams; the container may be created, or running.
    ///
    /// - Parameter inboundBound: Bytes that may wait for us, unread: more ends the stream.
    func attach(
        _ id: String, inboundBound: Int = CurlClient.defaultInboundBoundBytes
    ) async throws(EngineError) -> RawStream {
        let target = try await path("/containers/\(id)/attach?stream=1&stdin=1&stdout=1&stderr=1")
        let call = "POST /containers/{id}/attach"
        return try await reach(call) {
            let timeouts = HTTPRequest.Timeouts(total: Limit.quick)
            return try await self.http.upgrade(
                HTTPRequest(.post, target, timeouts: timeouts), inboundBoundBytes: inboundBound)
        }
    }

    func startContainer(_ id: String) async throws(EngineError) {
        let response = try await send(.post, "/containers/\(id)/start", total: Limit.slow)
        try check("POST /containers/{id}/start", response, [204])
    }

    /// Waits for a container that is not yet started to end: when this returns the engine is waiting, and the exchange's body
    /// comes at the end.
    func wait(_ id: String) async throws(EngineError) -> HTTPExchange {
        let call = "POST /containers/{id}/wait"
        let target = try await path("/containers/\(id)/wait?condition=next-exit")
        let exchange = try await reach(call) {
            try await self.http.open(HTTPRequest(.post, target))
        }
        guard exchange.head.status == 200 else {
            throw .refused(call: call, status: exchange.head.status, detail: "it does not wait")
        }
        return exchange
    }

    /// Removes a container with its anonymous volumes, killing it if it runs.
    ///
    /// No error if it is gone, or going.
    func removeContainer(_ id: String) async throws(EngineError) {
        let response = try await send(.delete, "/containers/\(id)?force=1&v=1", total: Limit.slow)
        try check("DELETE /containers/{id}", response, [204, 404, 409])
    }

    // MARK: Volumes

    func createVolume(name: String, labels: [String: String]) async throws(EngineError) {
        let body: JSONValue = [
            "Name": .string(name), "Driver": "local", "Labels": .object(labels.mapValues { .string($0) }),
        ]
        try check("POST /volumes/create", try await send(.post, "/volumes/create", body: encode(body)), [201])
    }

    /// The answer of `GET /volumes/{name}`, or `nil` if there is no such volume.
    func inspectVolume(_ name: String) async throws(EngineError) -> JSONValue? {
        try await find("GET /volumes/{name}", "/volumes/\(name)")
    }

    /// The names of all volumes with a label of this value.
    func listVolumes(label: String, value: String) async throws(EngineError) -> [String] {
        let filters = Self.encoded("{\"label\":[\"\(label)=\(value)\"]}")
        let response = try await send(.get, "/volumes?filters=\(filters)")
        try check("GET /volumes", response, [200])
        let answer: JSONValue = try decode("GET /volumes", response.body)
        return (answer["Volumes"]?.arrayValue ?? []).compactMap { $0["Name"]?.stringValue }
    }

    /// Removes a volume; no error if it is gone, or still mounted somewhere (409): then a later sweep takes it.
    func removeVolume(_ name: String) async throws(EngineError) {
        try check("DELETE /volumes/{name}", try await send(.delete, "/volumes/\(name)"), [204, 404, 409])
    }

    // MARK: Sending

    /// The path with the version in front that was settled on.
    private func path(_ path: String) async throws(EngineError) -> String {
        if let version = spoken.withLock({ $0 }) { return "/v\(version)\(path)" }
        try await negotiate()
        return "/v\(spoken.withLock { $0 } ?? Self.version)\(path)"
    }

    private func find(
        _ call: String, _ path: String, total: Duration = Limit.quick
    ) async throws(EngineError) -> JSONValue? {
        let response = try await send(.get, path, total: total)
        if response.status == 404 { return nil }
        try check(call, response, [200])
        return try decode(call, response.body)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: HTTPRequest.Body? = nil, total: Duration = Limit.quick,
        isVersioned: Bool = true
    ) async throws(EngineError) -> HTTPResponse {
        let target = isVersioned ? try await self.path(path) : path
        let call = "\(method.rawValue) \(path.prefix { $0 != "?" })"
        return try await reach(call) {
            try await self.http.send(
                HTTPRequest(
                    method, target, body: body,
                    timeouts: HTTPRequest.Timeouts(total: total), bodyCapBytes: Limit.body))
        }
    }

    /// Runs a call of the HTTP client and says what its errors mean for an engine.
    private func reach<Value: Sendable>(
        _ call: String, _ body: () async throws -> Value
    ) async throws(EngineError) -> Value {
        do {
            return try await body()
        } catch let error as HTTPClientError {
            switch error {
            case .connectFailed(_, let reason): throw .unreachable(address: "\(address)", reason: reason)
            case .connectionClosed: throw .unreachable(address: "\(address)", reason: "it closed the connection")
            case .timedOut(_, let limit): throw .timedOut(call: call, limit: limit)
            case .upgradeRefused(let status, let body):
                throw .refused(call: call, status: status, detail: Self.message(in: body))
            default: throw .protocolViolation(call: call, detail: error.message)
            }
        } catch is CancellationError {
            throw .interrupted
        } catch {
            throw .protocolViolation(call: call, detail: "\(error)")
        }
    }

    private func check(_ call: String, _ response: HTTPResponse, _ accepted: Set<Int>) throws(EngineError) {
        guard !accepted.contains(response.status) else { return }
        throw .refused(call: call, status: response.status, detail: Self.message(in: response.body))
    }

    /// The engine's own words, for people only.
    private static func message(in body: [UInt8]) -> String {
        struct Answer: Decodable { let message: String }
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))  // ignored: not every error has a body
        return answer?.message ?? String(decoding: body.prefix(400), as: UTF8.self)
    }

    private func decode<Value: Decodable>(_ call: String, _ response: HTTPResponse) throws(EngineError) -> Value {
        try check(call, response, [200])
        return try decode(call, response.body)
    }

    private func decode<Value: Decodable>(_ call: String, _ body: [UInt8]) throws(EngineError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(body))
        } catch {
            throw .protocolViolation(call: call, detail: "\(error)")
        }
    }

    private func encode(_ body: JSONValue) throws(EngineError) -> HTTPRequest.Body {
        do {
            return HTTPRequest.Body(Array(try JSONEncoder().encode(body)), contentType: "application/json")
        } catch {
            throw .protocolViolation(call: "our own request", detail: "\(error)")
        }
    }

    /// Percent-encodes what may stand in a path segment or a query value.
    private static func encoded(_ text: String) -> String {
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
