import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// What is left in an engine of an installation that is given up: nothing of its own, and everything of others.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct UninstallTests {
    @Test("a running sandbox and the cell's volume go, what only looks like ours stays, and the data goes when asked")
    func engine() async throws {
        try await CommandFixture.with { caisson in
            let root = caisson.folder.file("root")
            let running = try caisson.start(["run", "--image", "shell", "--", "sleep", "600"])
            let container = try await caisson.runningContainer()
            let installation = try #require(caisson.installation())
            // While somebody works in the folder, nothing is touched.
            let early = try await caisson.caisson("uninstall", "--root", root)
            #expect(early.status == 4, "\(early.err)")
            #expect(try caisson.probe.inventory().containers.contains(container))
            running.send(SIGKILL)
            _ = try await running.outcome()
            try await caisson.stopDaemon(by: SIGKILL)

            let pretender = "caisson-\(installation)-zzzzzzzzzzzz-1"
            let labels: JSONValue = [
                "org.caisson.installation": .string(installation), "org.caisson.job": "zzzzzzzzzzzz",
                "org.caisson.attempt": "1",
            ]
            let body = try JSONEncoder().encode(
                ["Image": "caisson/shell:local", "Cmd": ["true"], "Labels": labels] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(pretender)", body: body)
            defer {
                // ignored: the fixture tells of what is left behind
                _ = try? caisson.probe.request("DELETE", "/v1.41/containers/\(pretender)?force=1")
            }

            // Another installation is there: our images are its, too.
            let foreign = "caisson-\(installation)x-cell-00000000"
            let volume = try JSONEncoder().encode(
                ["Name": .string(foreign), "Labels": ["org.caisson.installation": "another"]] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/volumes/create", body: volume)
            defer {
                // ignored: nothing depends on it
                _ = try? caisson.probe.request("DELETE", "/v1.41/volumes/\(foreign)")
            }

            let removed = try await caisson.caisson("uninstall", "--root", root)
            #expect(removed.status == 0, "\(removed.err)")
            #expect(removed.out.hasPrefix("engine: removed 1 containers, 1 volumes, 0 images\n"), "\(removed.out)")
            #expect(removed.err.contains("left alone, for it may not be ours: \(pretender)"), "\(removed.err)")
            let left = try caisson.probe.inventory().containers
            #expect(!left.contains(container))
            #expect(left.contains("/\(pretender)"))
            #expect(try await caisson.caisson("list").status == 0, "the data is kept")

            _ = try caisson.probe.request("DELETE", "/v1.41/containers/\(pretender)?force=1")
            let purged = try await caisson.caisson("uninstall", "--root", root, "--purge")
            #expect(purged.status == 0, "\(purged.err)")
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
            #expect(try await caisson.caisson("uninstall", "--root", root).out.contains("there is no data folder"))
        }
    }
}
