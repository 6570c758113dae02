import DockerEngine
import Ports
import TestSupport
import Testing

@Suite struct ProbeImageTests {
    @Test("the same program makes the same image under the same tag, another one another")
    func reproducible() async throws {
        try await TemporaryFolder.with { folder in
            let first = try ProbeImage(programPath: try folder.write("\u{7F}ELF a program", to: "one"))
            let again = try ProbeImage(programPath: try folder.write("\u{7F}ELF a program", to: "two"))
            let other = try ProbeImage(programPath: try folder.write("\u{7F}ELF another", to: "three"))
            #expect(first.id == again.id && first.tag == again.tag)
            #expect(first.id != other.id && first.tag != other.tag)
            #expect(first.id.hasPrefix("sha256:"))
            // The beginning of the digest of the first one's bytes.
            #expect(first.tag == "caisson/probe:0233d43bc288")
        }
    }

    @Test("what is no program is refused")
    func noProgram() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("#!/bin/sh", to: "script")
            #expect(throws: EngineError.probeUnavailable(reason: "\(path) is not a program")) {
                try ProbeImage(programPath: path)
            }
        }
    }

    @Test("a program that is not there is named")
    func missing() {
        #expect(throws: EngineError.probeUnavailable(reason: "there is no /nowhere/caisson-probe")) {
            try ProbeImage(programPath: "/nowhere/caisson-probe")
        }
    }
}
