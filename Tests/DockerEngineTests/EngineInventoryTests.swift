import Model
import Ports
import Testing

@testable import DockerEngine

@Suite struct EngineInventoryTests {
    @Test("only what has the name that we would have given it is ours, whatever its labels say")
    func ours() throws {
        let attempt = AttemptID(job: try JobID("k3v9x2m7q4ta"), number: 2)
        typealias Container = EngineInventory.Container
        func isOurs(_ name: String, role: String? = "sandbox", installation: String = "0123abcd", _ attempt: AttemptID?)
            -> Bool
        {
            Container.isOurs(name, role, installation, attempt)
        }
        #expect(isOurs("caisson-0123abcd-k3v9x2m7q4ta-2", attempt))
        #expect(isOurs("caisson-0123abcd-cell-abc", role: "cell-volume", nil))
        #expect(!isOurs("caisson-0123abcd-k3v9x2m7q4ta-1", attempt))
        #expect(!isOurs("caisson-9999abcd-k3v9x2m7q4ta-2", attempt))
        #expect(!isOurs("postgres", attempt))
        #expect(!isOurs("postgres", nil))
        #expect(!isOurs("caisson-0123abcd-cell-abc", role: nil, nil))
        #expect(!isOurs("caisson-x-cell-abc", role: "cell-volume", installation: "x", nil))
    }
}
