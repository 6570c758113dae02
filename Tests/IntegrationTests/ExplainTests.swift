import DockerEngine
import Foundation
import Model
import TestSupport
import Testing

/// `caisson profile explain` against what the engine itself shows of a real job's container.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ExplainTests {
    struct Asked: Sendable, CustomTestStringConvertible {
        let image: String
        /// `nil` for the one that the image gets by itself.
        var profile: String?
        var limits: [String] = []
        var testDescription: String { "\(image) under \(profile ?? "the image's profile") \(limits)" }
    }

    @Test(
        "every field that is explained is as the engine shows it in the middle of the job",
        arguments: [
            Asked(image: "shell"), Asked(image: "build"), Asked(image: "python", profile: "python+services"),
            Asked(
                image: "python", profile: "strict",
                limits: ["--limit", "pids=21,memory=192MiB,cpus=0.5", "--limit", "work=33MiB,tmp=9MiB,files=300"]),
        ])
    func asInspected(_ asked: Asked) async throws {
        try await CommandFixture.with { caisson in
            let gate = Pipe()
            let profile = asked.profile.map { ["--profile", $0] } ?? []
            let running = try caisson.start(
                ["run", "--image", asked.image] + profile + asked.limits + ["--stdin", "-", "--", "cat"], gate: gate)
            let seen = try caisson.probe.inspect(try await caisson.runningContainer())
            let explain =
                ["profile", "explain", "--image", asked.image, "-o", "json"] + (asked.profile.map { [$0] } ?? [])
            let printed = try await caisson.start(explain + asked.limits).outcome()
            let other = try await caisson.start(explain + ["--limit", "pids=9"]).outcome()
            try gate.fileHandleForWriting.close()
            let ended = try await running.outcome()
            #expect(ended.status == 0, "\(ended.err)")
            #expect(printed.status == 0, "\(printed.err)")

            let explained = try JSONDecoder().decode(JSONValue.self, from: printed.stdout)
            let differences = Self.differences(explained, seen)
            #expect(differences == [])
            // The comparison sees a field that is not as explained.
            let wrong = try JSONDecoder().decode(JSONValue.self, from: other.stdout)
            let found = Self.differences(wrong, seen)
            #expect(found.contains("HostConfig.PidsLimit"))

            let options = seen["HostConfig"]?["SecurityOpt"]?.arrayValue?.compactMap(\.stringValue) ?? []
            let list = try #require(options.first { $0.hasPrefix("seccomp=") }).dropFirst("seccomp=".count)
            #expect(explained["outer_digest"] == .string(ContentDigest.of(Array(list.utf8))))
            let kept = try await caisson.latest()["attempts"]?.arrayValue?.first?["profile_digest"]
            #expect(explained["profile_digest"] == kept)
        }
    }

    @Test("a profile is explained without an engine, and without a data folder; for an image the engine is asked")
    func withoutEngine() async throws {
        try await CommandFixture.with { caisson in
            let nobody = ["DOCKER_HOST": "unix:///no/such.sock"]
            let alone = try await caisson.caisson("profile", "explain", "shell", environment: nobody)
            #expect(alone.status == 0, "\(alone.err)")
            #expect(alone.out.contains("<image> "))
            let asking = try await caisson.caisson(
                "profile", "explain", "shell", "--image", "shell", environment: nobody)
            #expect(asking.status == 6)
            let missing = try await caisson.caisson("profile", "explain", "--image", "no-such-image")
            #expect(missing.status == 3)
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }

    // MARK: The comparison

    /// Where the explained body is not what the container has; a placeholder stands for any word.
    private static func differences(_ explained: JSONValue, _ seen: JSONValue) -> [String] {
        let words = Set((explained["placeholders"]?.arrayValue ?? []).compactMap { $0["word"]?.stringValue })
        var body = explained["body"]?.objectValue ?? [:]
        guard !words.isEmpty, let host = body.removeValue(forKey: "HostConfig")?.objectValue, !body.isEmpty else {
            return ["nothing is explained"]
        }
        return [("HostConfig", host), ("Config", body)].flatMap { top, fields in
            // What stands beside them there is the engine's own; that it says nothing is checked before each start.
            fields.flatMap { differences("\(top).\($0.key)", $0.value, seen[top]?[$0.key], words) }
        }.sorted()
    }

    private static func differences(
        _ path: String, _ explained: JSONValue, _ seen: JSONValue?, _ words: Set<String>
    ) -> [String] {
        if saysNothing(explained), saysNothing(seen ?? .null) { return [] }
        switch (explained, seen) {
        case (.string(let word), .string(let real)) where words.contains(word):
            return real.isEmpty || words.contains(real) ? [path] : []
        case (.object(let members), .object(let found)):
            // An image's labels stand beside ours.
            let names = path == "Config.Labels" ? Set(members.keys) : Set(members.keys).union(found.keys)
            return names.flatMap { differences("\(path).\($0)", members[$0] ?? .null, found[$0], words) }
        case (.array(let values), .array(let found)) where values.count == found.count:
            return zip(values, found).enumerated().flatMap { index, pair in
                differences("\(path).\(index)", pair.0, pair.1, words)
            }
        default:
            return explained == seen ? [] : [path]
        }
    }

    /// No value, in the ways in which an engine may write that; a switch that is off says something.
    private static func saysNothing(_ value: JSONValue) -> Bool { [.null, "", [], [:]].contains(value) }
}
