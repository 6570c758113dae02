import Foundation
import Hardening
import SelfTest
import Testing

@Suite struct CatalogueTests {
    private static func selfTest(_ profile: String) throws -> SelfTest {
        try SelfTest(try ProfileSet.builtIn.profile(named: profile), hostAddresses: ["192.0.2.1", "2001:db8::1"])
    }

    @Test("there are at least 150 probes, each of its own id, in groups", arguments: ProfileSet.builtIn.names)
    func ids(profile: String) throws {
        let probes = try Self.selfTest(profile).probes
        #expect(probes.count >= 150)
        let ids = Set(probes.map(\.id))
        #expect(ids.count == probes.count)
        let lines = probes.flatMap(\.lines).map(\.id)
        #expect(Set(lines).count == lines.count)
        let odd = ids.filter { $0.wholeMatch(of: #/[a-z]+\.[a-z][a-z0-9_]*/#) == nil }
        #expect(odd.isEmpty)
        #expect(probes.allSatisfy { !$0.meaning.isEmpty && $0.flaw == nil })
        #expect(
            Set(probes.map(\.group)) == [
                "privilege", "capability", "kernel", "mount", "namespace", "process", "other", "system", "device",
                "file",
                "limit", "network", "environment", "cell", "channel", "reach",
            ])
    }

    @Test(
        "the program has every verb that the plans use, and the words that it needs",
        arguments: ProfileSet.builtIn.names)
    func verbs(profile: String) throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/caisson-probe")
        var least: [String: Int] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for match in text.matches(of: #/\{"([a-z]+)", ([0-9]), /#) { least[String(match.1)] = Int(match.2) }
        }
        for line in try Self.selfTest(profile).probes.flatMap(\.lines) {
            let needed = try #require(line.words.first.flatMap { least[$0] }, "\(line.text)")
            #expect(line.words.count > needed, "\(line.text)")
            // The program takes no more words of a line, and parts them by spaces.
            #expect(line.words.count <= 13 && !line.text.contains("  "), "\(line.text)")
        }
    }

    @Test("where a process can have others one sandbox does for all; else what ends its process has one of its own")
    func runs() throws {
        let shell = try Self.selfTest("shell")
        #expect(shell.runs.count == 1)
        #expect(shell.runs.first?.lines.count == shell.probes.flatMap(\.lines).count)

        let strict = try Self.selfTest("strict")
        let alone = strict.runs.dropFirst().flatMap(\.lines).map(\.id)
        #expect(strict.runs.dropFirst().allSatisfy { $0.lines.count == 1 })
        for id in ["kernel.reboot", "reach.60.0", "reach.231.0", "reach.15.0", "x32.39", "i386.20"] {
            #expect(alone.contains(id))
        }
        #expect(!alone.contains("kernel.bpf"))
        let all = strict.runs.flatMap(\.lines).map(\.id)
        #expect(all.count == Set(all).count && Set(all) == Set(strict.probes.flatMap(\.lines).map(\.id)))
    }

    @Test("a plan is a probe a line, as the program reads it")
    func plan() throws {
        let plan = try Self.selfTest("shell").runs[0].plan.split(separator: "\n")
        #expect(plan.first == "privilege.user - status Uid")
        #expect(plan.contains("kernel.reboot fork call 169 0 0 0"))
        #expect(plan.contains("network.tcp_host_2 - connect tcp 2001:db8::1 22"))
        #expect(plan.contains("x32.39 fork call 1073741863"))
    }
}
