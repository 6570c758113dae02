import Foundation
import TestSupport
import Testing

/// CPython's own tests of what the profile `python` promises, in the image of `Tests/Images/python-tests`.
///
/// What the profile refuses by its rules is left out by name and with the reason, in `Tests/Corpus/cpython.*.skipped`.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct CPythonTests {
    /// Modules that run in one job.
    struct Group: Sendable, CustomTestStringConvertible {
        let profile: String
        let modules: [String]
        /// Tests that have to run at the very least, so that none is lost in silence.
        let least: Int
        var testDescription: String { "\(modules.joined(separator: " ")) under \(profile)" }

        static func asyncio(_ profile: String, _ modules: String, least: Int) -> Group {
            let modules = modules.split(separator: " ").map { "test_asyncio.test_\($0)" }
            return Group(profile: profile, modules: modules, least: least)
        }
    }

    @Test(
        "every test of these modules passes, but for those that the profile refuses by its rules",
        arguments: [
            Group(
                profile: "python",
                modules: ["test_json", "test_zlib", "test_tempfile", "test_hashlib", "test_decimal"],
                least: 900),
            Group(profile: "python", modules: ["test_subprocess"], least: 320),
            Group(profile: "python", modules: ["test_threading"], least: 190),
            .asyncio(
                "python",
                "queues locks subprocess unix_events runners taskgroups timeouts threads waitfor context futures",
                least: 600),
            .asyncio(
                "python+services",
                "streams server sock_lowlevel unix_events events base_events sendfile buffered_proto",
                least: 550),
        ])
    func passes(_ group: Group) async throws {
        try await CommandFixture.with { caisson in
            let name = "cpython.\(group.profile == "python" ? "python" : "services").skipped"
            let skipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Corpus/\(name)").path
            let flags = ["--image", "python-tests", "--profile", group.profile, "--limit", "run=5m", "--file", skipped]
            let command = ["python3", "-m", "test", "-v", "--ignorefile", name] + group.modules
            let outcome = try await caisson.start(["run"] + flags + ["--"] + command).outcome()
            let lines = outcome.out.split(separator: "\n")
            let failed = lines.filter { $0.hasPrefix("ERROR: ") || $0.hasPrefix("FAIL: ") }
            #expect(failed == [])
            #expect(lines.contains("All \(group.modules.count) tests OK.") || lines.contains("1 test OK."))
            #expect(outcome.status == 0, "\(outcome.err.suffix(2000)) \(lines.suffix(20))")
            // "Ran 44 tests in 0.325s"
            let ran = lines.filter { $0.hasPrefix("Ran ") }.compactMap { Int($0.split(separator: " ")[1]) }
            #expect(ran.reduce(0, +) >= group.least, "\(ran)")
        }
    }
}
