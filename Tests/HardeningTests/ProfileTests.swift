import Foundation
import Hardening
import Model
import Testing

@Suite struct ProfileTests {
    private static let limits = """
        {"cpus_thousandths": 1000, "memory_bytes": 268435456, "pids": 64, "output_bytes": 10485760,
         "result_bytes": 1048576, "artifacts_bytes": 67108864, "work_bytes": 67108864, "tmp_bytes": 16777216,
         "files": 256, "start_ms": 30000, "run_ms": 60000, "grace_ms": 5000}
        """
    private static let list = """
        {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
         "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}
        """
    private static let document = """
        {"name": "mine", "description": "d", "limits": \(limits), "landlock": "required",
         "masked_paths": ["/proc/kcore"], "read_only_paths": ["/proc/sys"], "executable_work": false}
        """

    private func profile(_ changes: [String: String] = [:], without missing: String? = nil) throws(HardeningError)
        -> Profile
    {
        var files = ["mine.json": Self.document, "mine.outer.json": Self.list, "mine.inner.json": Self.list]
        for (name, text) in changes { files[name] = text }
        if let missing { files[missing] = nil }
        return try Profile(files: files.mapValues { Array($0.utf8) }, name: "mine")
    }

    @Test("a profile is read from its files; the engine's list says the same without comments")
    func files() throws {
        let commented = Self.list.replacing("{\"names\"", with: "{\"comment\": \"c\", \"names\"")
        let profile = try profile(["mine.outer.json": commented])
        #expect(profile.limits.pids == 64)
        #expect(profile.maskedPaths == ["/proc/kcore"])
        #expect(profile.landlock == .required)
        #expect(!profile.executableWork)
        #expect(
            profile.outerJSON == """
                {"architectures":["SCMP_ARCH_X86_64"],"defaultAction":"SCMP_ACT_ERRNO",\
                "syscalls":[{"action":"SCMP_ACT_ALLOW","names":["read"]}]}
                """)
    }

    @Test("a missing file is named", arguments: ["mine.json", "mine.outer.json", "mine.inner.json"])
    func missing(_ file: String) {
        let wanted = HardeningError.brokenProfile(file: file, detail: "it is missing")
        #expect(throws: wanted) { try profile(without: file) }
    }

    @Test(
        "a file that is no JSON, or another document, is named",
        arguments: ["mine.json", "mine.outer.json", "mine.inner.json"])
    func broken(_ file: String) {
        for text in ["", "{", "[]", "{}", "null", Self.list.replacing("SCMP_ACT_ERRNO", with: "SCMP_ACT_NOTHING")]
        where !(file == "mine.json" && text == Self.list) {
            #expect("\(text)") { try profile([file: text]) } throws: { error in
                guard case .brokenProfile(let named, _)? = error as? HardeningError else { return false }
                return named == file
            }
        }
    }

    @Test("a profile of another name, and limits out of range, are refused")
    func document() {
        for (old, new) in [
            ("\"mine\"", "\"other\""), ("\"pids\": 64", "\"pids\": 0"), ("\"pids\": 64, ", ""),
            ("\"memory_bytes\": 268435456", "\"memory_bytes\": 0"), ("\"tmp_bytes\": 16777216", "\"tmp_bytes\": -1"),
        ] {
            let changed = Self.document.replacing(old, with: new)
            #expect(changed != Self.document)
            #expect(throws: HardeningError.self, "\(new)") { try profile(["mine.json": changed]) }
        }
    }

    @Test("a list that allows by default is refused, and the file is named")
    func allowing() {
        let allowing = Self.list.replacing("SCMP_ACT_ERRNO", with: "SCMP_ACT_ALLOW")
        #expect(throws: (any Error).self) { try profile(["mine.inner.json": allowing]) }
        #expect {
            try profile(["mine.inner.json": allowing])
        } throws: { error in
            guard case .brokenProfile("mine.inner.json", let detail)? = error as? HardeningError else { return false }
            return detail.hasPrefix("/defaultAction")
        }
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let file: String
        let old: String
        let new: String
        let pointer: String
        var testDescription: String { "\(file): \(new)" }
    }

    static let mistakes: [Mistake] = [
        Mistake(file: "mine.json", old: "\"description\"", new: "\"extra\": 1, \"description\"", pointer: "/extra"),
        Mistake(file: "mine.json", old: "\"pids\"", new: "\"a~/b\": 1, \"pids\"", pointer: "/limits/a~0~1b"),
        Mistake(file: "mine.json", old: "\"pids\": 64, ", new: "", pointer: "/limits/pids is missing"),
        Mistake(
            file: "mine.json", old: "\"pids\": 64", new: "\"pids\": \"64\"",
            pointer: "/limits/pids must be a whole number"),
        Mistake(file: "mine.json", old: " \"landlock\": \"required\",", new: "", pointer: "/landlock is missing"),
        Mistake(file: "mine.json", old: "\"required\"", new: "\"never\"", pointer: "/landlock has a value"),
        Mistake(file: "mine.json", old: "[\"/proc/kcore\"]", new: "[]", pointer: "/masked_paths"),
        Mistake(
            file: "mine.json", old: ", \"executable_work\": false", new: "", pointer: "/executable_work is missing"),
        Mistake(
            file: "mine.json", old: "\"executable_work\": false", new: "\"executable_work\": 1",
            pointer: "/executable_work must be true or false"),
        Mistake(file: "mine.json", old: "\"/proc/kcore\"", new: "\"/a\", \"b\"", pointer: "/masked_paths/1"),
        Mistake(file: "mine.json", old: "\"/proc/sys\"", new: "\"/proc/../x\"", pointer: "/read_only_paths/0"),
        Mistake(
            file: "mine.outer.json", old: "\"names\"", new: "\"nmes\": [], \"names\"", pointer: "/syscalls/0/nmes"),
        // An engine reads keys without regard to their case: one that we pass over could be one that it heeds.
        Mistake(
            file: "mine.outer.json", old: "\"defaultAction\"", new: "\"defaultaction\": 1, \"defaultAction\"",
            pointer: "/defaultaction"),
        Mistake(
            file: "mine.inner.json", old: "SCMP_ACT_ALLOW", new: "SCMP_ACT_LOG", pointer: "/syscalls/0/action"),
        Mistake(file: "mine.inner.json", old: "[\"read\"]", new: "[1]", pointer: "/syscalls/0/names/0 must be a text"),
    ]

    @Test("a mistake is told with its file and its place", arguments: mistakes)
    func pointers(_ mistake: Mistake) throws {
        let text = mistake.file == "mine.json" ? Self.document : Self.list
        let changed = text.replacing(mistake.old, with: mistake.new)
        #expect(changed != text)
        #expect {
            try profile([mistake.file: changed])
        } throws: { error in
            guard case .brokenProfile(mistake.file, let detail)? = error as? HardeningError else { return false }
            return detail.hasPrefix(mistake.pointer)
        }
    }
}
