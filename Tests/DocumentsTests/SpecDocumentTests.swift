import Documents
import Foundation
import Model
import Testing

@Suite struct SpecDocumentTests {
    private func spec() -> JobSpec {
        let limits = Limits(
            milliCPUs: 500, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
            artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 256, start: .seconds(30),
            run: .seconds(60), grace: .seconds(5))
        let digest = "sha256:" + String(repeating: "a", count: 64)
        var spec = JobSpec(
            imageID: digest, imageName: "python", command: ["a", "b\n"], environment: ["A": "é\"1"],
            files: [.init(path: "x", size: ByteCount(bytes: 3), isExecutable: true, digest: digest)],
            stdin: .stored(digest: digest, size: ByteCount(bytes: 9)), artifacts: ["*.txt"], profile: "python",
            limits: limits)
        (spec.profileDigest, spec.effect, spec.retry) = (digest, .idempotent, RetryPolicy(attempts: 3))
        return spec
    }

    private func text(_ spec: JobSpec, change: (String) -> String = { $0 }) throws -> String {
        let json = String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
        return "{\"kind\": \"spec\", \"digest\": \"sha256:1\", \"spec\": \(change(json))}"
    }

    @Test("a spec that was printed is read back to the same value")
    func same() throws {
        guard case .spec(let document) = try GraphDocumentTests.read(try text(spec()), name: "s.json") else {
            throw GraphDocumentTests.NoGraph()
        }
        #expect(document.spec == spec())
        #expect((document.digest, document.placement) == ("sha256:1", nil))
    }

    @Test("what is missing, wrong or not known is told with its place")
    func changed() throws {
        let missing = GraphDocumentTests.mistakes(
            try text(spec()) { $0.replacing("\"profile\":\"python\"", with: "\"profil\":\"python\"") }, name: "s.json")
        #expect(missing.map(\.pointer.description) == ["/spec/profile"])
        let more = GraphDocumentTests.mistakes(
            try text(spec()) { $0.replacing("\"profile\":", with: "\"network\":true,\"profile\":") }, name: "s.json")
        #expect(more.map(\.pointer.description) == ["/spec/network"])
        let wrong = GraphDocumentTests.mistakes(
            try text(spec()) { $0.replacing("\"pids\":64", with: "\"pids\":\"64\"") }, name: "s.json")
        #expect(wrong.map(\.pointer.description) == ["/spec/limits/pids"])
        #expect(
            GraphDocumentTests.mistakes("{\"kind\": \"spec\"}", name: "s.json").first?.message.contains("has no spec")
                == true)
    }
}
