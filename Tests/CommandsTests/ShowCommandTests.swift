import CellWire
import Testing

@testable import Commands

@Suite struct ShowCommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kernel: Int?
        let tool: ToolPosture?
        let words: String
        var testDescription: String { words }

        init(_ kernel: Int?, _ tool: Int?, _ words: String, isStarted: Bool = true) {
            var posture = ToolPosture()
            posture.landlockABI = tool
            (self.kernel, self.tool, self.words) = (kernel, isStarted ? posture : nil, words)
        }
    }

    @Test(
        "what of Landlock is in force is told, and that nothing is even more so",
        arguments: [
            Case(7, 7, "ABI 7, in force around the tool"), Case(0, 0, "NONE in this kernel"),
            Case(1, 0, "NONE: ABI 1 of this kernel is too old"),
            Case(7, nil, "ABI 7 in this kernel, none reported of the tool", isStarted: false),
            Case(nil, nil, "not reported"),
        ])
    func landlock(_ testCase: Case) {
        var seen = Attestation()
        seen.landlockABI = testCase.kernel
        let words = ShowCommand.landlock(seen, tool: testCase.tool)
        #expect(words == testCase.words)
    }
}
