import DockerEngine
import Model
import Testing

@Suite struct EngineAddressTests {
    @Test(
        "DOCKER_HOST names a socket; without it, it is Docker's own",
        arguments: [
            (nil, "/var/run/docker.sock"), ("", "/var/run/docker.sock"), ("unix:///run/x.sock", "/run/x.sock"),
            ("unix:///", "/"), ("unix:///a b/ü", "/a b/ü"),
            ("unix:///" + String(repeating: "x", count: 106), "/" + String(repeating: "x", count: 106)),
        ] as [(String?, String)])
    func reads(_ host: String?, _ path: String) throws {
        let address = try EngineAddress(dockerHost: host)
        #expect(address.socketPath == path)
        #expect(address.description == "unix://\(path)")
    }

    @Test(
        "anything else is refused, with a sentence that says so",
        arguments: [
            "/var/run/docker.sock", "unix://", "unix://relative", "unix:/one", "tcp://127.0.0.1:2375", "ssh://host",
            "npipe:////./pipe/x", "UNIX:///x", " unix:///x", "unix:///a\0b",
            "unix:///" + String(repeating: "x", count: 107), "unix:///" + String(repeating: "ü", count: 60),
        ])
    func refuses(_ host: String) {
        #expect("\(host)") { try EngineAddress(dockerHost: host) } throws: { error in
            guard case .malformed(let field, let value, _)? = error as? ModelError else { return false }
            return field == "DOCKER_HOST" && value == host
        }
    }
}
