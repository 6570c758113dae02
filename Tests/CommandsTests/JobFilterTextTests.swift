import Model
import Ports
import Testing

@Suite struct JobFilterTextTests {
    private let now = WallTime(milliseconds: 1_772_352_930_250)

    @Test("every key is read; states and kinds may be there more than once, and words stand for several states")
    func everything() throws {
        let text = """
            state=failed,state=timed_out,kind=job,kind=map,project=team,queue=gpu,root=k3v9x2m7q4ta,name=a b,image=python,\
            reason=exit_status,since=10m,before=2026-03-01T08:15:00Z,attention=true,held=false,roots=true
            """
        let filter = try JobFilterText.read(text, now: now)
        #expect(filter.states == [.failed, .timedOut])
        #expect(filter.kinds == [.job, .map])
        #expect((filter.project, filter.queue) == ("team", "gpu"))
        #expect(filter.root == (try JobID("k3v9x2m7q4ta")))
        #expect((filter.name, filter.imageName, filter.reason) == ("a b", "python", "exit_status"))
        #expect(filter.createdSince == WallTime(milliseconds: now.milliseconds - 600_000))
        #expect(filter.createdBefore == WallTime(rfc3339: "2026-03-01T08:15:00Z"))
        #expect((filter.needsAttention, filter.isHeld, filter.rootsOnly) == (true, false, true))
        let open = try JobFilterText.read("state=open, state = succeeded", now: now).states
        #expect(open == Set(JobState.allCases.filter { !$0.isTerminal } + [.succeeded]))
        #expect(try JobFilterText.read("", now: now) == JobFilter())
        for filter in [filter, JobFilter()] {
            #expect(try JobFilterText.read(JobFilterText.text(filter), now: now) == filter)
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let says: String
        var testDescription: String { text }
        init(_ text: String, _ says: String) { (self.text, self.says) = (text, says) }
    }

    @Test(
        "what is wrong is told with what was likely meant",
        arguments: [
            Bad("stat=failed", "did you mean state?"), Bad("state=faild", "did you mean failed?"),
            Bad("kind=jop", "did you mean job?"), Bad("failed", "KEY=VALUE"), Bad("state=", "KEY=VALUE"),
            Bad("queue=GPU", Placement.nameForm), Bad("queue=a,queue=b", "given only once"),
            Bad("since=10", "how long ago"), Bad("since=soon", "how long ago"), Bad("attention=yes", "true or false"),
            Bad("root=k3", "the whole id"), Bad("name=" + String(repeating: "x", count: 5000), "at most 4096 bytes"),
        ])
    func wrong(_ bad: Bad) throws {
        let error = #expect(throws: JobFilterText.Mistakes.self) { try JobFilterText.read(bad.text, now: now) }
        let told = try #require(error?.mistakes.first).message
        #expect(error?.mistakes.count == 1)
        #expect(told.contains(bad.says), "\(told)")
    }

    @Test("all mistakes are told at once")
    func all() {
        let error = #expect(throws: JobFilterText.Mistakes.self) {
            try JobFilterText.read("state=a,kind=b,held=c", now: now)
        }
        #expect(error?.mistakes.count == 3)
    }
}
