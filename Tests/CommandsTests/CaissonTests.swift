import Testing

@testable import Commands

@Suite struct CaissonTests {
    @Test("a command of very many words is taken as it is", .timeLimit(.minutes(10)))
    func manyWords() throws {
        let words = ["echo", "--image", "-x", "--"] + [String](repeating: "x", count: 60_000)
        let command = try Caisson.parse(["run", "--image", "shell", "--"] + words)
        let run = try #require(command as? RunCommand)
        #expect(run.job.image == "shell")
        #expect(run.job.command == words)
    }

    @Test("what stands before the command is parsed as ever")
    func mistakes() throws {
        #expect(throws: (any Error).self) { try Caisson.parse(["run", "--nonsense", "--", "true"]) }
        #expect(throws: (any Error).self) { try Caisson.parse(["run", "--image", "--", "true"]) }
        let list = try Caisson.parse(["list", "--limit", "3"])
        #expect((list as? ListCommand)?.limit == 3)
    }
}
