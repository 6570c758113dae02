import Model
import Testing

@testable import Commands

@Suite struct LimitFlagsTests {
    @Test("pairs are read from one flag and from many")
    func reads() {
        let (amounts, mistakes) = LimitFlags.read(["cpus=0.5,memory=1GiB", "pids=32"], timeout: "5m")
        #expect(mistakes == [])
        #expect(amounts == [.cpus: 500, .memory: 1 << 30, .pids: 32, .run: 300_000])
        #expect(LimitFlags.read(["run=60s", "run=1m"], timeout: "60s").mistakes == [])
    }

    @Test("every mistake is told at once, and names are guessed")
    func mistakes() {
        let words = ["cpus=0,memroy=1GiB", "pids", "run=60,", "disk=1", "tmp=1TiB", "run=2m", "work=1MiB,work=2MiB"]
        let (_, mistakes) = LimitFlags.read(words, timeout: "3m")
        #expect(mistakes.count == 9)
        #expect(mistakes.contains { $0.message.contains("memory?") })
        #expect(mistakes.contains { $0.message.contains("0.01 ... 1024") })
        #expect(mistakes.contains { $0.message.hasPrefix("--timeout") })
        #expect(mistakes.contains { $0.message.contains("grace") })
    }
}
