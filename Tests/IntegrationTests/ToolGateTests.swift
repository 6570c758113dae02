import CellWire
import Glibc
import TestSupport
import Testing

@testable import Cell

/// Not beside the cell's other tests: what is forked here holds for a moment every descriptor of its process, and tests of locks in that one
/// do not wait.
@Suite struct ToolGateTests {
    /// Lets every call through: `BPF_RET` with `SECCOMP_RET_ALLOW`.
    private static let allowAll: [UInt8] = [0x06, 0, 0, 0, 0, 0, 0xFF, 0x7F]

    @Test(
        "a process that has its filter, and capabilities or a way to new privileges beside it, is not let go",
        .enabled(if: geteuid() == 0, "a filter is loaded without \"no new privileges\", which only root may"))
    func confinement() async throws {
        try await TemporaryFolder.with { folder in
            let spec = CellSpec(
                command: ["/bin/true"], environment: [], hasStandardInput: false, outputCap: 1, resultCap: 1,
                artifactsCap: 1, runMilliseconds: 1000, graceMilliseconds: 0, resultPath: "", artifactPaths: [],
                filter: Self.allowAll)
            do throws(ToolProcess.Failure) {
                let tool = try ToolProcess(spec, folder: folder.path)
                Issue.record("it was let go: \(tool.posture)")
            } catch {
                guard case .posture(let posture) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(posture.seccompMode == 2)
                #expect(posture.capabilities != 0 || !posture.noNewPrivileges)
            }
        }
    }
}
