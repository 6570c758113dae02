import Model
import Testing

@Suite struct SpellingTests {
    @Test(
        "a slip is recognised",
        arguments: [
            ("memroy", "memory"), ("mem", "memory"), ("Memory", "memory"), ("cpu", "cpus"), ("pid", "pids"),
            ("comand", "command"), ("ouptut", "output"),
        ])
    func near(_ word: String, _ wanted: String) {
        let guess = Spelling.nearest(to: word, among: ["cpus", "memory", "pids", "output", "command"])
        #expect(guess == (word == "mem" ? nil : wanted))
    }

    @Test(
        "what is like nothing gets no guess",
        arguments: ["", "x", "disk", "network", String(repeating: "memory", count: 99)])
    func far(_ word: String) {
        #expect(Spelling.nearest(to: word, among: ["memory", "command"]) == nil)
        #expect(Spelling.nearest(to: word, among: []) == nil)
    }
}
