import Foundation
import Model
import TestSupport
import Testing

/// The command line with an engine behind TCP and TLS.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct RemoteEngineTests {
    private static func environment(_ front: TLSFront, certificates folder: String) -> [String: String] {
        ["DOCKER_HOST": "tcp://localhost:\(front.port)", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder]
    }

    @Test("a whole job runs through TLS: files and stdin in, long output and artifacts out, nothing left behind")
    func wholeRun() async throws {
        let certificates = try TestCertificates.shared.get()
        let front = try TLSFront(certificates)
        defer { front.stop() }
        try await CommandFixture.with { caisson in
            let keys = caisson.folder.file("docker")
            try certificates.fill(keys, client: "client")
            let input = Data((0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let script = "cat > back; seq 200000; echo '{\"sum\": 1}' > result.json"
            let outcome = try await caisson.start(
                [
                    "run", "--image", "shell", "--stdin", "-", "--artifact", "back", "--artifacts-dir",
                    caisson.folder.file("kept"), "--", "sh", "-c", script,
                ],
                stdin: input, environment: Self.environment(front, certificates: keys)
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            let expected = (1...200_000).map { "\($0)\n" }.joined()
            let isWhole = outcome.out == expected
            #expect(isWhole, "\(outcome.stdout.count) bytes")
            let back = try Data(contentsOf: URL(filePath: caisson.folder.file("kept/back")))
            #expect(back == input)
        }
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var authority = "ca"
        var client: String? = "client"
        var isStopped = false
        var missing: String?
        let status: Int32
        let says: [String]
    }

    @Test(
        "what is wrong on the way to the engine is told, with a hint, and nothing is begun",
        arguments: [
            Mistake(
                testDescription: "another authority", authority: "other", status: 6,
                says: ["engine_unreachable", "not signed by the authority", "hint: Give the authority", "/docker."]),
            Mistake(
                testDescription: "no client certificate", client: nil, status: 6,
                says: ["engine_unreachable", "asks for a client certificate", "hint: "]),
            Mistake(
                testDescription: "a client certificate of another authority", client: "stranger", status: 6,
                says: ["engine_unreachable", "refuses the client certificate", "hint: "]),
            Mistake(
                testDescription: "a stopped server", isStopped: true, status: 6,
                says: ["engine_unreachable", "Connection refused", "hint: Check DOCKER_HOST"]),
            Mistake(
                testDescription: "a missing key", missing: "key.pem", status: 2,
                says: ["input_unreadable", "key.pem", "No such file", "hint: DOCKER_CERT_PATH"]),
        ])
    func mistakes(_ mistake: Mistake) async throws {
        let certificates = try TestCertificates.shared.get()
        let front = try TLSFront(certificates)
        defer { front.stop() }
        try await CommandFixture.with { caisson in
            let keys = caisson.folder.file("docker")
            try certificates.fill(keys, authority: mistake.authority, client: mistake.client)
            if let name = mistake.missing { try FileManager.default.removeItem(atPath: "\(keys)/\(name)") }
            if mistake.isStopped { front.stop() }
            let outcome = try await caisson.caisson(
                "run", "--image", "shell", "--", "true",
                environment: Self.environment(front, certificates: keys))
            #expect(outcome.status == mistake.status)
            for words in mistake.says { #expect(outcome.err.contains(words), "\(outcome.err)") }
            #expect(outcome.err.contains(mistake.missing ?? "tcp://localhost:\(front.port)"), "\(outcome.err)")
            #expect(try await caisson.caisson("list").out.split(separator: "\n").count <= 1)
        }
    }

    @Test("TCP without TLS to another machine is refused before anything is connected")
    func unprotected() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.caisson(
                "run", "--image", "shell", "--", "true", environment: ["DOCKER_HOST": "tcp://192.0.2.1:2375"])
            #expect(outcome.status == 2)
            for words in ["192.0.2.1", "root", "hint: Set DOCKER_TLS_VERIFY=1"] {
                #expect(outcome.err.contains(words), "\(outcome.err)")
            }
        }
    }
}
