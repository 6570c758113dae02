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
        {"name": "mine", "description": "d", "limits": \(limits),
         "seccomp": {"outer": "o.json", "inner": "i.json"}, "masked_paths": ["/proc/kcore"], "read_only_paths": []}
        """

    private func profile(_ changes: [String: String] = [:], without missing: String? = nil) throws(HardeningError)
        -> Profile
    {
        var files = ["mine.json": Self.document, "o.json": Self.list, "i.json": Self.list]
        for (name, text) in changes { files[name] = text }
        if let missing { files[missing] = nil }
        return try Profile(files: files.mapValues { Array($0.utf8) }, name: "mine")
    }

    @Test("the built-in profiles load, and their names are known")
    func builtIn() throws {
        #expect(Profile.names == ["standard"])
        for name in Profile.names {
            let profile = try Profile.named(name)
            #expect(profile.name == name)
            #expect(!profile.description.isEmpty)
            #expect(profile.limits.mistakes == [])
            #expect(!profile.content.isEmpty)
            #expect(Set(profile.maskedPaths).count == profile.maskedPaths.count)
            #expect(Set(profile.readOnlyPaths).isDisjoint(with: profile.maskedPaths))
            #expect((profile.maskedPaths + profile.readOnlyPaths).allSatisfy { $0.hasPrefix("/") })
        }
    }

    @Test("a profile that does not exist is refused with those that do", arguments: ["", "Standard", "standard.outer"])
    func unknown(_ name: String) {
        #expect(throws: HardeningError.unknownProfile(name, known: ["standard"])) { try Profile.named(name) }
    }

    @Test("a profile is read from its files, and its content is all of them in order")
    func files() throws {
        let profile = try profile()
        #expect(profile.limits.pids == 64)
        #expect(profile.outerJSON == Self.list)
        #expect(profile.maskedPaths == ["/proc/kcore"])
        #expect(profile.content == Array((Self.document + Self.list + Self.list).utf8))
    }

    @Test("a missing file is named", arguments: ["mine.json", "o.json", "i.json"])
    func missing(_ file: String) {
        let wanted = HardeningError.brokenProfile(file: file, detail: "it is missing")
        #expect(throws: wanted) { try profile(without: file) }
    }

    @Test("a file that is no JSON, or another document, is named", arguments: ["mine.json", "o.json", "i.json"])
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
        let wanted = HardeningError.brokenProfile(file: "i.json", detail: "the default action allows")
        #expect(throws: wanted) { try profile(["i.json": allowing]) }
    }
}
