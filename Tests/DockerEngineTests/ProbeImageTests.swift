import DockerEngine
import Ports
import TestSupport
import Testing

@Suite struct ProbeImageTests {
    @Test("the same program makes the same image under the same tag, another one another")
    func reproducible() async throws {
        try await TemporaryFolder.with { folder in
            let first = try ProbeImage(programPath: try folder.write("a program", to: "one"))
            let again = try ProbeImage(programPath: try folder.write("a program", to: "two"))
            let other = try ProbeImage(programPath: try folder.write("another", to: "three"))
            #expect(first.id == again.id && first.tag == again.tag)
            #expect(first.id != other.id && first.tag != other.tag)
            #expect(first.id.hasPrefix("sha256:"))
            // The beginning of the digest of "a program".
            #expect(first.tag == "caisson/probe:d69ea8cda243")
        }
    }

    @Test("a program that is not there is named")
    func missing() {
        #expect(throws: EngineError.probeUnavailable(reason: "there is no /nowhere/caisson-probe")) {
            try ProbeImage(programPath: "/nowhere/caisson-probe")
        }
    }
}
