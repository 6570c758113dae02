import Hardening
import Testing

@Suite struct ProfileSetTests {
    @Test(
        "a profile that does not exist is refused with those that do",
        arguments: [
            "", "Shell", "shell.outer", "shell.json", "../shell", "+services", "services", "services+services",
            "shell+Services", "shell+services+services", "nothing+services",
        ])
    func unknown(_ name: String) {
        let wanted = HardeningError.unknownProfile(name, known: ProfileSet.builtIn.names)
        #expect(throws: wanted) { try ProfileSet.builtIn.profile(named: name) }
    }

    @Test("a file that cannot be a profile's, or is only a list of one, is no profile")
    func names() {
        let files = ["a.json", "b-2.json", "a.outer.json", "A.json", "2b.json", ".json", "c.txt", "d_.json", "json"]
        let long = String(repeating: "x", count: 33) + ".json"
        let set = ProfileSet(files: Dictionary(uniqueKeysWithValues: (files + [long]).map { ($0, []) }), folder: "f")
        #expect(set.names == ["a", "b-2"])
        #expect(set.folder == "f")
    }

    struct Case: Sendable {
        let image: String
        let profile: String
    }

    @Test(
        "a job gets the profile of its image's own name, else shell",
        arguments: [
            Case(image: "python", profile: "python"), Case(image: "shell", profile: "shell"),
            Case(image: "python:3.12-slim", profile: "python"),
            Case(image: "registry.example:5000/team/python:3.12", profile: "python"),
            Case(image: "python@sha256:\(String(repeating: "0", count: 64))", profile: "python"),
            Case(image: "strict", profile: "strict"), Case(image: "node:20-alpine", profile: "node"),
            Case(image: "build", profile: "build"), Case(image: "build:1", profile: "shell"),
            Case(image: "team/build", profile: "shell"), Case(image: "ruby", profile: "shell"),
            Case(image: "services", profile: "shell"), Case(image: "python+services", profile: "shell"),
            Case(image: "python/tool", profile: "shell"), Case(image: "mypython", profile: "shell"),
            Case(image: "", profile: "shell"), Case(image: ":", profile: "shell"),
        ])
    func byImage(_ testCase: Case) {
        #expect(ProfileSet.builtIn.name(forImage: testCase.image) == testCase.profile)
    }

    @Test("without a profile of the image's name the fallback is named even if it does not exist: it is then refused")
    func noFallback() {
        let set = ProfileSet(files: ["mine.json": []], folder: "f")
        #expect(set.name(forImage: "mine") == "mine")
        #expect(set.name(forImage: "python") == "shell")
        #expect(throws: HardeningError.unknownProfile("shell", known: ["mine"])) { try set.profile(named: "shell") }
    }

    @Test("profiles of a folder have variants for services if both lists of the addition are there, else none")
    func variants() {
        func set(_ files: String...) -> ProfileSet {
            ProfileSet(files: Dictionary(uniqueKeysWithValues: files.map { ($0, []) }), folder: "f")
        }
        #expect(set("a.json", "services.outer.json").names == ["a"])
        let both = set("b.json", "a.json", "services.json", "services.outer.json", "services.inner.json")
        #expect(both.names == ["a", "a+services", "b", "b+services"])
        #expect(both.classes == ["a", "b"])
        #expect(
            ProfileSet.fileNames(of: "a+services") == [
                "a.json", "a.outer.json", "a.inner.json", "services.outer.json", "services.inner.json",
            ])
    }

    @Test("the content of a profile changes with every byte, and when bytes move from one file to the next")
    func content() {
        func content(_ first: String, _ second: String) -> [UInt8] {
            ProfileSet(files: ["a.json": Array(first.utf8), "a.outer.json": Array(second.utf8)], folder: nil)
                .content(of: "a")
        }
        #expect(content("ab", "c") == Array("a.json 2\naba.outer.json 1\nca.inner.json 0\n".utf8))
        #expect(content("ab", "c") != content("a", "bc"))
        #expect(content("ab", "c") != content("ab", "d"))
    }
}
