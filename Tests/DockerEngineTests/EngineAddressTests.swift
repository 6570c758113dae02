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
        #expect(address.location == .unixSocket(path: path))
        #expect(address.description == "unix://\(path)")
    }

    @Test(
        "anything else is refused, with a sentence that says so",
        arguments: [
            "/var/run/docker.sock", "unix://", "unix://relative", "unix:/one", "ssh://host",
            "npipe:////./pipe/x", "UNIX:///x", " unix:///x", "unix:///a\0b",
            "unix:///" + String(repeating: "x", count: 107), "unix:///" + String(repeating: "ü", count: 60),
        ])
    func refuses(_ host: String) {
        #expect("\(host)") { try EngineAddress(dockerHost: host) } throws: { error in
            guard case .malformed(let field, let value, _)? = error as? ModelError else { return false }
            return field == "DOCKER_HOST" && value == host
        }
    }

    struct Remote: Sendable, CustomTestStringConvertible {
        let host: String
        let target: (String, UInt16)
        var testDescription: String { host }
    }

    @Test(
        "with TLS any host is spoken to, by name or address, and the files lie where docker has them",
        arguments: [
            Remote(host: "tcp://engine.example:2376", target: ("engine.example", 2376)),
            Remote(host: "tcp://10.1.2.3:1", target: ("10.1.2.3", 1)),
            Remote(host: "tcp://[fd00::1]:65535", target: ("fd00::1", 65535)),
            Remote(host: "tcp://xn--mnchen-3ya.example:2376", target: ("xn--mnchen-3ya.example", 2376)),
        ])
    func remote(_ remote: Remote) throws {
        var environment = ["DOCKER_HOST": remote.host, "DOCKER_TLS_VERIFY": "1", "HOME": "/h/me"]
        let address = try EngineAddress(environment: environment)
        #expect(address.location == .tcp(host: remote.target.0, port: remote.target.1))
        #expect(address.certificates == "/h/me/.docker")
        #expect(address.description == remote.host)
        #expect(address.socketPath == nil)
        environment["DOCKER_CERT_PATH"] = "/etc/keys"
        #expect(try EngineAddress(environment: environment).certificates == "/etc/keys")
    }

    @Test(
        "without TLS only this machine is spoken to",
        arguments: ["tcp://127.0.0.1:2375", "tcp://127.8.9.1:1", "tcp://[::1]:2375", "tcp://localhost:2375"])
    func loopback(_ host: String) throws {
        let address = try EngineAddress(environment: ["DOCKER_HOST": host, "DOCKER_TLS_VERIFY": ""])
        #expect(address.certificates == nil)
        #expect(address.description == host)
    }

    @Test(
        "without TLS another machine is refused, and so is a name that a resolver could send anywhere",
        arguments: [
            "tcp://10.0.0.1:2375", "tcp://engine:2375", "tcp://localhost.example:2375", "tcp://[::2]:2375",
            "tcp://[::ffff:127.0.0.1]:2375", "tcp://0.0.0.0:2375", "tcp://128.0.0.1:2375",
        ])
    func unprotected(_ host: String) {
        #expect("\(host)") { try EngineAddress(environment: ["DOCKER_HOST": host]) } throws: { error in
            guard case .refused("DOCKER_HOST", host, let reason, let remedy)? = error as? ModelError else {
                return false
            }
            return reason.contains("root") && remedy.contains("DOCKER_TLS_VERIFY")
        }
    }

    @Test(
        "what is neither an address nor a possible name is refused, with TLS too",
        arguments: [
            "tcp://", "tcp://:1", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://host:+1",
            "tcp://host:1/", "tcp://user@host:1", "tcp://fd00::1:1", "tcp://[fd00::1]", "tcp://[fe80::1%eth0]:1",
            "tcp://127.1:1", "tcp://0x7f.1:1", "tcp://host.0x7f:1", "tcp://a..b:1", "tcp://-a:1", "tcp://hö:1",
            "tcp://a b:1", "tcp://[127.0.0.1]:1", "tcp://host:1\r\nX: y", "https://host:1",
            "tcp://\(String(repeating: "a", count: 64)):1", "tcp://\(String(repeating: "a.", count: 127)):1",
        ])
    func malformedRemote(_ host: String) {
        let environment = ["DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "HOME": "/h/me"]
        #expect("\(host)") { try EngineAddress(environment: environment) } throws: { error in
            guard case .malformed("DOCKER_HOST", host, _)? = error as? ModelError else { return false }
            return true
        }
    }

    @Test("without a home folder DOCKER_CERT_PATH has to be given")
    func noHome() {
        let environment = ["DOCKER_HOST": "tcp://host:1", "DOCKER_TLS_VERIFY": "1"]
        #expect(throws: ModelError.self) { try EngineAddress(environment: environment) }
    }
}
