import Foundation
import Glibc
import Model
import Synchronization
import TestSupport
import Testing

/// What whole commands ask of the engine.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct EngineCallsTests {
    /// The calls by their kind and verb in `Docs/Architecture.md`, and what each looks like.
    private static let calls: [(name: String, pattern: String)] = [
        ("images: inspect", #"GET /v1\.41/images/(?<image>[^/?]+)/json"#),
        ("images: load", #"POST /v1\.41/images/load\?quiet=1"#),
        ("containers: create", #"POST /v1\.41/containers/create\?name=(?<name>[a-z0-9-]+)"#),
        ("containers: inspect", #"GET /v1\.41/containers/(?<container>[^/?]+)/json"#),
        ("containers: list", #"GET /v1\.41/containers/json\?all=1&filters=(?<filter>[^&]+)"#),
        (
            "containers: attach",
            #"POST /v1\.41/containers/(?<container>[^/?]+)/attach\?stream=1&stdin=1&stdout=1&stderr=1"#
        ),
        ("containers: wait", #"POST /v1\.41/containers/(?<container>[^/?]+)/wait\?condition=next-exit"#),
        ("containers: start", #"POST /v1\.41/containers/(?<container>[^/?]+)/start"#),
        ("containers: remove", #"DELETE /v1\.41/containers/(?<container>[^/?]+)\?force=1&v=1"#),
        ("volumes: create", #"POST /v1\.41/volumes/create"#),
        ("volumes: inspect", #"GET /v1\.41/volumes/(?<name>[^/?]+)"#),
        ("volumes: list", #"GET /v1\.41/volumes\?filters=(?<filter>[^&]+)"#),
        ("volumes: remove", #"DELETE /v1\.41/volumes/(?<name>[^/?]+)"#),
    ]

    /// The kinds and verbs of the closed list on the page.
    private static func documented() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "Docs/Architecture.md"), encoding: .utf8)
        let paragraph = try #require(page.components(separatedBy: "\n\n").first { $0.hasPrefix("**Engine calls.**") })
        let list = try #require(paragraph.components(separatedBy: ". No other").first)
        var calls: Set<String> = []
        for part in list.replacing("\n", with: " ").split(separator: ";") {
            let words = part.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard words.count == 2 else { continue }
            for verb in words[1].split(separator: ",") {
                calls.insert("\(words[0]): \(verb.split(separator: " ").first ?? "")")
            }
        }
        return calls
    }

    /// The ids that the engine gave to what was made, and the names of the volumes.
    private final class Made: Sendable {
        private let ids = Mutex<Set<String>>([])

        func note(_ answer: EngineAnswer) -> EngineAnswer {
            answer.with { value in
                if let id = value["Id"]?.stringValue ?? value["Name"]?.stringValue {
                    ids.withLock { _ = $0.insert(id) }
                }
                return value
            }
        }
        var all: Set<String> { ids.withLock { $0 } }
    }

    @Test("a whole run and one that is cancelled make only the calls on the page, and touch nothing but their own")
    func wholeRuns() async throws {
        let documented = try Self.documented()
        #expect(documented.count >= Self.calls.count, "\(documented)")
        #expect(documented.isSuperset(of: Self.calls.map(\.name)), "\(documented)")
        try await CommandFixture.withProxy { caisson, proxy in
            let made = Made()
            proxy.edit {
                $0.hasPrefix("POST ") && $0.contains("/create")
            } _: {
                made.note($0)
            }
            #expect(try await caisson.run([], "echo", "x").status == 0)
            let running = try caisson.start(["run", "--image", "shell", "--", "sleep", "600"])
            _ = try await caisson.runningContainer()
            running.send(SIGINT)
            #expect(try await running.outcome().status == 8)
            let installation = try #require(caisson.installation())
            // The filler and two sandboxes, and the volume.
            #expect(made.all.count == 4, "\(made.all)")
            #expect(made.all.filter { $0.hasPrefix("caisson-\(installation)-cell-") }.count == 1)
            var seen: Set<String> = []
            for line in proxy.log {
                let call = String(line.dropLast(" HTTP/1.1".count))
                guard call != "GET /version" else { continue }
                let name = try check(call, installation: installation, made: made.all)
                seen.insert(name)
            }
            #expect(seen.isSuperset(of: Self.calls.map(\.name).filter { $0.hasPrefix("containers: ") }), "\(seen)")
        }
    }

    /// Finds the call in the list, and checks that what it is about is ours; gives its name.
    private func check(_ call: String, installation: String, made: Set<String>) throws -> String {
        for (name, pattern) in Self.calls {
            guard let match = try Regex(pattern).wholeMatch(in: call) else { continue }
            func part(_ name: String) -> String? { match.output[name]?.substring.map { String($0) } }
            if let id = part("container") { #expect(made.contains(id), "\(call)") }
            if let given = part("name") { #expect(given.hasPrefix("caisson-\(installation)-"), "\(call)") }
            if let filter = part("filter")?.removingPercentEncoding {
                #expect(filter == #"{"label":["org.caisson.installation=\#(installation)"]}"#, "\(call)")
            }
            if let image = part("image")?.removingPercentEncoding {
                #expect(image == "caisson/shell:local" || image.hasPrefix("sha256:"), "\(call)")
            }
            return name
        }
        Issue.record("not on the closed list: \(call)")
        return call
    }
}
