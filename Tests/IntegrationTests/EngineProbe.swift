import DockerEngine
import Foundation
import Glibc
import Model
import TestSupport

/// Looks at the engine by itself, without the client that is under test: HTTP/1.0 over the socket.
struct EngineProbe: Sendable {
    struct Answer {
        let status: Int
        let body: Data

        var json: JSONValue {
            get throws { try JSONDecoder().decode(JSONValue.self, from: body) }
        }
    }

    private let path: String

    /// - Parameter path: of the engine's socket.
    init(path: String = TestEngine.socketPath) { self.path = path }

    func request(_ method: String, _ target: String, body: Data = Data(), type: String = "application/json") throws
        -> Answer
    {
        let socket = try UnixSocket.connect(to: path)
        defer { close(socket) }
        let handle = FileHandle(fileDescriptor: socket)
        let head =
            "\(method) \(target) HTTP/1.0\r\nHost: engine\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
        try handle.write(contentsOf: Data(head.utf8) + body)
        let answer = try handle.readToEnd() ?? Data()
        guard let end = answer.firstRange(of: Data("\r\n\r\n".utf8)) else { throw POSIXError(.EPROTO) }
        let words = String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: " ")
        return Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0, body: Data(answer[end.upperBound...]))
    }

    /// Everything there is in the engine, by name.
    func inventory() throws -> Inventory {
        let containers = try request("GET", "/v1.41/containers/json?all=1").json.arrayValue ?? []
        let volumes = try request("GET", "/v1.41/volumes").json["Volumes"]?.arrayValue ?? []
        let images = try request("GET", "/v1.41/images/json?all=1").json.arrayValue ?? []
        return Inventory(
            containers: Set(containers.compactMap { $0["Names"]?.arrayValue?.first?.stringValue }),
            volumes: Set(volumes.compactMap { $0["Name"]?.stringValue }),
            images: Set(images.compactMap { $0["Id"]?.stringValue }))
    }

    struct Inventory: Equatable, Sendable {
        var containers: Set<String>
        var volumes: Set<String>
        var images: Set<String>
    }

    /// The names of the containers whose name holds `text`.
    func containers(named text: String) throws -> [String] { try inventory().containers.filter { $0.contains(text) } }

    /// Removes all containers and volumes of an installation; answers the containers there were.
    func removeAll(of installation: some CustomStringConvertible) throws -> [String] {
        let containers = try containers(named: "caisson-\(installation)-")
        for name in containers { _ = try request("DELETE", "/v1.41/containers\(name)?force=1&v=1") }
        for name in try inventory().volumes where name.hasPrefix("caisson-\(installation)-") {
            _ = try request("DELETE", "/v1.41/volumes/\(name)")
        }
        return containers
    }

    func inspect(_ name: String) throws -> JSONValue {
        try request("GET", "/v1.41/containers/\(name.drop { $0 == "/" })/json").json
    }
}
