import CurlHTTP
import Model
package import Ports

/// Speaks to one Docker engine: a closed list of calls, each with its own time limit and body cap.
///
/// Errors are told apart by status, never by text. The version is asked for once and then stands in every path.
/// - Source: Engine API 1.41 (https://docs.docker.com/reference/api/engine/version/v1.41/).
package final class EngineClient: Sendable {
    let transport: EngineTransport

    package init(address: EngineAddress) throws(EngineError) { transport = try EngineTransport(address: address) }

    package func shutdown() async { await transport.shutdown() }

    /// Asks for the engine's version and settles on the oldest that both speak, from ours on.
    ///
    /// - Throws: ``EngineError/tooOld(found:needed:)`` if it speaks only older ones.
    @discardableResult
    package func negotiate() async throws(EngineError) -> EngineVersion { try await transport.negotiate() }

    /// What the engine says of itself, to go with its `version`.
    func info(_ version: EngineVersion) async throws(EngineError) -> EngineInfo {
        let response = try await transport.send(.get, "/info")
        try transport.check("GET /info", response, [200])
        return EngineInfo(try transport.decode("GET /info", response.body), version: version)
    }

    // MARK: Images

    /// The whole answer of `GET /images/{name}/json`, or `nil` if there is no such image.
    func inspectImage(_ name: String) async throws(EngineError) -> JSONValue? {
        try await transport.find("GET /images/{name}/json", "/images/\(EngineTransport.encoded(name))/json")
    }

    /// Loads a docker-archive.
    func loadImage(archive: [UInt8]) async throws(EngineError) {
        let body = HTTPRequest.Body(archive, contentType: "application/x-tar")
        try checkLoad(
            try await transport.send(.post, "/images/load?quiet=1", body: body, total: EngineTransport.Limit.load))
    }

    /// Loads a docker-archive that comes piece by piece, of any size: little more than 1 MiB of it waits in memory.
    ///
    /// - Parameter lengthBytes: of the whole archive, if that is known: what ends earlier or later is not loaded.
    /// - Throws: ``EngineError/sourceFailed(code:message:remedy:)`` with the parts of what `source` throws, if that is a
    ///   ``UserFacingError``; ``EngineError/interrupted`` if the task was cancelled.
    func loadImage<Source: AsyncSequence & Sendable>(
        from source: Source, lengthBytes: Int? = nil
    ) async throws(EngineError) where Source.Element == [UInt8] {
        let body = HTTPRequest.Body.streamed(lengthBytes: lengthBytes, contentType: "application/x-tar")
        try checkLoad(
            try await transport.send(Self.loadCall, "/images/load?quiet=1", streaming: source, as: body))
    }

    private static let loadCall = "POST /images/load"

    private func checkLoad(_ response: HTTPResponse) throws(EngineError) {
        let call = Self.loadCall
        try transport.check(call, response, [200])
        // The engine answers 200 and says in the body, line by line, whether it worked.
        for line in response.body.split(separator: UInt8(ascii: "\n")) {
            let progress: JSONValue = try transport.decode(call, Array(line))
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
        let response = try await transport.send(
            .post, "/containers/create?name=\(name)", body: transport.encode(body), total: EngineTransport.Limit.slow)
        try transport.check(call, response, [201])
        let created: Created = try transport.decode(call, response.body)
        // It becomes a part of paths: nothing else may pass for one.
        guard created.id.utf8.count == 64, created.id.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw .protocolViolation(call: call, detail: "the container's id is none")
        }
        return created
    }

    /// The whole answer of `GET /containers/{id}/json`, or `nil` if there is no such container.
    func inspectContainer(
        _ id: String, needsNewConnection: Bool = false
    ) async throws(EngineError) -> JSONValue? {
        try await transport.find(
            "GET /containers/{id}/json", "/containers/\(id)/json", needsNewConnection: needsNewConnection)
    }

    struct Listed: Decodable {
        let id: String
        let names: [String]
        let labels: [String: String]?
        /// As in `running`.
        let state: String?
        /// In seconds since 1970.
        let created: Int64?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case names = "Names"
            case labels = "Labels"
            case state = "State"
            case created = "Created"
        }
    }

    /// All containers with a label, of this value or of any, whatever their state.
    func listContainers(label: String, value: String? = nil) async throws(EngineError) -> [Listed] {
        let wanted = value.map { "\(label)=\($0)" } ?? label
        let filters = EngineTransport.encoded("{\"label\":[\"\(wanted)\"]}")
        let response = try await transport.send(
            .get, "/containers/json?all=1&filters=\(filters)", total: EngineTransport.Limit.quick)
        try transport.check("GET /containers/json", response, [200])
        return try transport.decode("GET /containers/json", response.body)
    }

    /// Opens the container's streams; the container may be created, or running.
    ///
    /// - Parameter inboundBound: Bytes that may wait for us, unread: more ends the stream.
    func attach(
        _ id: String, inboundBound: Int = CurlClient.defaultInboundBoundBytes
    ) async throws(EngineError) -> RawStream {
        try await transport.upgrade(
            "POST /containers/{id}/attach", "/containers/\(id)/attach?stream=1&stdin=1&stdout=1&stderr=1",
            inboundBound: inboundBound)
    }

    func startContainer(_ id: String) async throws(EngineError) {
        let response = try await transport.send(.post, "/containers/\(id)/start", total: EngineTransport.Limit.slow)
        try transport.check("POST /containers/{id}/start", response, [204])
    }

    /// Waits for a container that is not yet started to end: when this returns the engine is waiting, and the exchange's body
    /// comes at the end.
    func wait(_ id: String) async throws(EngineError) -> HTTPExchange {
        try await transport.open("POST /containers/{id}/wait", "/containers/\(id)/wait?condition=next-exit")
    }

    /// Removes a container with its anonymous volumes, killing it if it runs.
    ///
    /// No error if it is gone, or going.
    func removeContainer(_ id: String) async throws(EngineError) {
        let response = try await transport.send(
            .delete, "/containers/\(id)?force=1&v=1", total: EngineTransport.Limit.slow)
        try transport.check("DELETE /containers/{id}", response, [204, 404, 409])
    }

    // MARK: Volumes

    func createVolume(name: String, labels: [String: String]) async throws(EngineError) {
        let body: JSONValue = [
            "Name": .string(name), "Driver": "local", "Labels": .object(labels.mapValues { .string($0) }),
        ]
        try transport.check(
            "POST /volumes/create", try await transport.send(.post, "/volumes/create", body: transport.encode(body)),
            [201])
    }

    /// The answer of `GET /volumes/{name}`, or `nil` if there is no such volume.
    func inspectVolume(_ name: String) async throws(EngineError) -> JSONValue? {
        try await transport.find("GET /volumes/{name}", "/volumes/\(name)")
    }

    /// The names of all volumes with a label of this value.
    func listVolumes(label: String, value: String) async throws(EngineError) -> [String] {
        try await listVolumes(label: "\(label)=\(value)").compactMap { $0["Name"]?.stringValue }
    }

    /// All volumes with a label, which may be given as `LABEL` or as `LABEL=VALUE`.
    func listVolumes(label: String) async throws(EngineError) -> [JSONValue] {
        let filters = EngineTransport.encoded("{\"label\":[\"\(label)\"]}")
        let response = try await transport.send(.get, "/volumes?filters=\(filters)")
        try transport.check("GET /volumes", response, [200])
        let answer: JSONValue = try transport.decode("GET /volumes", response.body)
        return answer["Volumes"]?.arrayValue ?? []
    }

    /// Removes a volume; no error if it is gone, or still mounted somewhere (409): then a later sweep takes it.
    func removeVolume(_ name: String) async throws(EngineError) {
        try transport.check(
            "DELETE /volumes/{name}", try await transport.send(.delete, "/volumes/\(name)"), [204, 404, 409])
    }
}
