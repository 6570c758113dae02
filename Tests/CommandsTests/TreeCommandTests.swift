import ArgumentParser
import Foundation
import Model
import Ports
import Testing

@testable import Commands

@Suite struct TreeCommandTests {
    private func daemon() throws -> FakeDaemon {
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do { try QueueSamples.graph(&state) } catch { failure = error }
        }
        if let failure { throw failure }
        return daemon
    }

    @Test("a graph is drawn with states, times, what is waited for, and how far it is")
    func drawn() async throws {
        let streams = Streams()
        try await TreeCommand.parse(["@latest"]).run(
            reader: try daemon(), now: QueueSamples.now, output: streams.output())
        #expect(
            streams.out == """
                release  (graph)  waiting  2 jobs left  r00t00000000
                ├─ build  succeeded  100s  bd0000000000
                ├─ test  failed  try 3  100s  attention: exit_status  test00000000
                ├─ agree  (approval)  waiting  needs a decision  agree0000000
                ├─ publish  pending  needs agree, each  pb0000000000
                ├─ each  (map)  waiting  1 job left  map000000000
                │  └─ each.0  running  3m  ch0000000000
                └─ done  skipped  upstream_failed  dne000000000
                [########------------] 3/7  3 waiting, 1 running, 1 done, 1 failed, 1 not run  5m

                """)
    }

    @Test("a node's own tree is that part alone; one that does not exist is told with a remedy")
    func part() async throws {
        let streams = Streams()
        try await TreeCommand.parse(["map"]).run(
            reader: try daemon(), now: QueueSamples.now, output: streams.output())
        #expect(streams.lines.count == 3)
        #expect(streams.lines[1].hasPrefix("└─ each.0  running"))
        let error = await #expect(throws: StoreError.self) {
            try await TreeCommand.parse(["nothere"]).run(
                reader: try daemon(), now: QueueSamples.now, output: streams.output())
        }
        #expect(error?.remedy?.contains("caisson list") == true)
    }

    @Test("JSON has the jobs, their needs and the counts")
    func json() async throws {
        let streams = Streams()
        try await TreeCommand.parse(["@latest", "-o", "json"]).run(
            reader: try daemon(), now: QueueSamples.now, output: streams.output())
        let tree = try streams.json()
        #expect(tree["top"]?["kind"] == "graph")
        #expect(tree["jobs"]?.arrayValue?.count == 7)
        #expect(tree["needs"]?.arrayValue?.count == 3)
        #expect(tree["counts"]?["succeeded"] == 1)
    }

    @Test("a large graph is summed up, with what is under way or went wrong, unless all of it is asked for")
    func large() async throws {
        let daemon = FakeDaemon { state in
            do {
                state.jobs = [try QueueSamples.job("r00t", "big", .waiting, kind: .graph)]
                for index in 0..<150 {
                    let name = "n\(index)"
                    state.jobs.append(
                        try QueueSamples.job("n\(index)x", name, in: "r00t", index == 7 ? .failed : .succeeded))
                }
            } catch { Issue.record(error) }
        }
        let streams = Streams()
        try await TreeCommand.parse(["r00t"]).run(reader: daemon, now: QueueSamples.now, output: streams.output())
        #expect(streams.lines.count == 6)
        #expect(streams.lines[1] == "├─ 149 succeeded")
        #expect(streams.lines[3].hasPrefix("├─ n7  failed"))
        #expect(streams.lines[4] == "└─ 149 more are not shown; --all shows them")
        let all = Streams()
        try await TreeCommand.parse(["r00t", "--all"]).run(reader: daemon, now: QueueSamples.now, output: all.output())
        #expect(all.lines.count == 152)
    }

    @Test("into a pipe a watched graph is one object for each change, until it has ended")
    func watchedInAPipe() async throws {
        let daemon = try watched()
        let streams = Streams()
        try await TreeWatch(
            reference: "r00t", reader: daemon, news: daemon, isAll: true, output: streams.output(),
            now: { QueueSamples.now }
        ).run()
        let (begin, rest) = (streams.lines.prefix(3), streams.lines.dropFirst(3))
        #expect(begin.count == 3)
        #expect(
            Array(rest) == [
                #"{"id":"a00000000000","kind":"job","name":"a","reason":"exit_zero","state":"succeeded"}"#,
                #"{"done":1,"failed":0,"running":0,"skipped":0,"total":1,"waiting":0}"#,
                #"{"id":"r00t00000000","kind":"graph","name":"g","reason":"exit_zero","state":"succeeded"}"#,
            ])
    }

    @Test("on a terminal it is drawn over itself, and no text of a job can move the cursor")
    func watchedOnATerminal() async throws {
        let daemon = try watched()
        let streams = Streams()
        try await TreeWatch(
            reference: "r00t", reader: daemon, news: daemon, isAll: false,
            output: streams.output(isTerminal: true, rows: 30), now: { QueueSamples.now }
        ).run()
        #expect(streams.out.components(separatedBy: "\u{1B}[3A\r\u{1B}[J").count == 3)
        #expect(streams.out.contains("[####################] 1/1"))
        #expect(!streams.out.contains("\u{1B}[2J"))
    }

    /// A graph of one job, which ends, and then the graph.
    private func watched() throws -> FakeDaemon {
        let (root, job) = (
            try QueueSamples.job("r00t", "g", .waiting, kind: .graph),
            try QueueSamples.job("a", "a", in: "r00t", .running)
        )
        let ended = [
            try QueueSamples.job("r00t", "g", .succeeded, kind: .graph),
            try QueueSamples.job("a", "a", in: "r00t", .succeeded),
        ]
        @Sendable func event(_ ordinal: Int64, _ job: JobID) -> EventRecord {
            EventRecord(
                ordinal: ordinal, sequence: Int(ordinal), job: job, at: QueueSamples.now, name: "finished",
                attempt: nil,
                state: .succeeded)
        }
        return FakeDaemon { state in
            state.jobs = [root, job]
            state.steps = [
                { state in
                    state.jobs[1] = ended[1]
                    // Two events, and one look at the tree for both.
                    state.events += [event(1, job.id), event(2, job.id)]
                },
                { state in
                    state.jobs[0] = ended[0]
                    state.events.append(event(3, root.id))
                },
            ]
        }
    }

    @Test("programs that draw get nodes, edges and what is not plain, with quotes where they need them")
    func drawings() async throws {
        let (dot, mermaid) = (Streams(), Streams())
        try await GraphCommand.parse(["r00t"]).run(reader: try daemon(), output: dot.output())
        #expect(dot.lines.first == "digraph \"release\" {")
        #expect(dot.lines.contains("  \"agree0000000\" [label=\"agree (waiting)\", shape=diamond];"))
        #expect(dot.lines.contains("  \"map000000000\" -> \"pb0000000000\" [label=\"result['a'] > 1\"];"))
        #expect(dot.lines.contains("  \"map000000000\" -> \"ch0000000000\" [style=dotted];"))
        try await GraphCommand.parse(["r00t", "-o", "mermaid"]).run(reader: try daemon(), output: mermaid.output())
        #expect(mermaid.lines.first == "flowchart LR")
        #expect(mermaid.lines.contains("  jagree0000000{\"agree (waiting)\"}"))
        #expect(mermaid.lines.contains("  jmap000000000 -->|\"result['a'] > 1\"| jpb0000000000"))
    }
}
