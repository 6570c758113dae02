import Ports
import TestSupport
import Testing

@testable import DockerEngine

@Suite struct CellImageTests {
    @Test("a cell that was replaced after the start is not given to an engine as the one from before")
    func replaced() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("\u{7F}ELF a program", to: "cell")
            let image = try CellImage(cellPath: path)
            #expect(try image.archive().id == CellImage(cellPath: path).archive().id)
            _ = try folder.write("\u{7F}ELF another", to: "cell")
            let reason = "\(path) is another program than when this process began; start it again"
            #expect(throws: EngineError.cellUnavailable(reason: reason)) { try image.archive() }
        }
    }
}
