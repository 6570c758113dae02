import ArgumentParser
import Daemon
import Foundation
import Hardening
import Model
import TestSupport
import Testing

@testable import Commands

@Suite struct ProfileCommandTests {
    @Test("list has a line for each profile, with what it may reach and use")
    func list() throws {
        let command = try ProfileListCommand.parse([])
        let lines = try Printed.text { try command.run(set: .builtIn, output: $0) }.split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines[0].split(separator: " ") == ["NAME", "CALLS", "CPUS", "MEMORY", "PIDS", "RUN", "DIGEST", "FOR"])
        let shell = try #require(lines.first { $0.hasPrefix("shell ") })
        let columns = shell.split(separator: " ").prefix(6).map(String.init)
        #expect(columns == ["shell", "90", "1.0", "256MiB", "64", "60.0"])
        #expect(shell.hasSuffix("Shell scripts and the small programs that they call"))
        #expect(lines.allSatisfy { $0.count <= 140 })
    }

    @Test("list as JSON has the same, and whole digests")
    func listAsJSON() throws {
        let command = try ProfileListCommand.parse(["-o", "json"])
        let views = try Printed.json { try command.run(set: .builtIn, output: $0) }.arrayValue ?? []
        #expect(views.map { $0["name"] }.map(\.?.stringValue) == ProfileSet.builtIn.names)
        #expect(
            views.compactMap { $0["reachable_count"]?.integerValue } == [
                116, 131, 97, 103, 120, 124, 90, 110, 80, 95,
            ])
        #expect(views.allSatisfy { $0["foreign_count"] == 0 && $0["reachable"] == nil && $0["folder"] == nil })
        let digests = views.compactMap { $0["digest"]?.stringValue }
        #expect(Set(digests).count == 10)
        #expect(digests.allSatisfy { $0.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil })
    }

    @Test("show tells everything, in lines that fit a terminal")
    func show() throws {
        let command = try ProfileShowCommand.parse(["strict"])
        let text = try Printed.text { try command.run(set: .builtIn, output: $0) }
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 && $0.last != " " })
        #expect(lines.first == "profile    strict")
        for part in [
            "about      One program", "digest     sha256:", "from       built in", "limits     cpus 1.0, memory 128MiB",
            "programs   of the image alone\n", "landlock   in force where the kernel has it", "masked     /proc/acpi",
            "read-only  /proc/bus", "filters    outer 201 calls in ",
            "reachable  80 system calls through both (* depends on the arguments), none by other entries",
            "clone*, ", " prlimit64*,", " read,",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("fork"))
    }

    @Test("show as JSON has every call with its number, the limits and the paths")
    func showAsJSON() throws {
        let command = try ProfileShowCommand.parse(["python", "-o", "json"])
        let view = try Printed.json { try command.run(set: .builtIn, output: $0) }
        let calls = view["reachable"]?.arrayValue ?? []
        #expect(calls.count == 120)
        #expect(calls.contains(["name": "socket", "number": 41, "is_conditional": true]))
        #expect(calls.contains(["name": "accept4", "number": 288, "is_conditional": false]))
        #expect(view["limits"]?["memory_bytes"] == 268_435_456)
        #expect(view["masked_paths"]?.arrayValue?.contains("/proc/kcore") == true)
        #expect(view["inner"]?["calls"] == 120)
        #expect(view["landlock"] == "when_available")
        #expect(view["executable_work"] == false)
    }

    @Test("a name that no profile has is invalid input, with those that there are")
    func unknown() throws {
        let command = try ProfileShowCommand.parse(["nonsense"])
        let wanted = HardeningError.unknownProfile("nonsense", known: ProfileSet.builtIn.names)
        #expect(throws: wanted) { try command.run(set: .builtIn, output: Output { _, _ in }) }
        #expect(Failure(wanted).status == .invalidInput)
    }

    @Test("the version names each built-in profile with its digest")
    func version() throws {
        let text = Caisson.configuration.version
        for name in ProfileSet.builtIn.names {
            let digest = try ProfileReport(named: name, of: .builtIn).digest
            #expect(text.contains("\nprofile \(name) \(digest.prefix(19))"))
        }
    }

    @Test("the verbs and the flags of run are read")
    func parsing() throws {
        let list = try #require(try Caisson.parseAsRoot(["profile", "list", "--profiles", "d"]) as? ProfileListCommand)
        #expect(list.profiles.profiles == "d")
        let show = try #require(try Caisson.parseAsRoot(["profile", "show", "x", "-o", "json"]) as? ProfileShowCommand)
        #expect((show.name, show.form.form) == ("x", .json))
        let run = try #require(
            try Caisson.parseAsRoot(["run", "--image", "i", "--profile", "p", "--profiles", "d", "--", "c"])
                as? RunCommand)
        #expect((run.job.profile, run.profiles.profiles) == ("p", "d"))
        #expect(throws: (any Error).self) { try Caisson.parseAsRoot(["profile", "show"]) }
    }

    // MARK: A folder of profiles

    /// Writes a copy of `shell` under another name, with changes to its document.
    private func write(_ name: String, to folder: TemporaryFolder, changing: (String) -> String = { $0 }) throws {
        let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Profiles")
        for (own, source) in zip(ProfileSet.fileNames(of: name), ProfileSet.fileNames(of: "shell")) {
            var text = try String(contentsOf: profiles.appending(path: source), encoding: .utf8)
            if own == "\(name).json" {
                text = changing(text.replacing("\"name\": \"shell\"", with: "\"name\": \"\(name)\""))
            }
            try folder.write(text, to: own)
        }
    }

    @Test("profiles of a folder take the place of the built-in ones, and have digests of their own")
    func folder() async throws {
        try await TemporaryFolder.with { folder in
            try write("mine", to: folder) { $0.replacing("\"pids\": 64", with: "\"pids\": 7") }
            try folder.write("not a profile", to: "README.md")
            let set = try ProfileFolder.read(folder.path)
            #expect(set.names == ["mine"])
            let report = try ProfileReport(named: "mine", of: set)
            #expect(report.profile.limits.pids == 7)
            let shell = try ProfileReport(named: "shell", of: .builtIn)
            #expect(report.digest != shell.digest)
            let view = try Printed.json {
                try ProfileShowCommand.parse(["mine", "-o", "json"]).run(set: set, output: $0)
            }
            #expect(view["folder"] == .string(folder.path))
        }
    }

    @Test("profiles of a folder have variants for services if the addition lies beside them")
    func folderWithServices() async throws {
        try await TemporaryFolder.with { folder in
            try write("mine", to: folder)
            let alone = try ProfileFolder.read(folder.path)
            let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Profiles")
            for file in ["services.outer.json", "services.inner.json"] {
                try folder.write(try String(contentsOf: profiles.appending(path: file), encoding: .utf8), to: file)
            }
            let set = try ProfileFolder.read(folder.path)
            #expect(alone.names == ["mine"] && set.names == ["mine", "mine+services"])
            let (own, variant) = (
                try ProfileReport(named: "mine", of: set), try ProfileReport(named: "mine+services", of: set)
            )
            #expect(own.digest != variant.digest)
            #expect(own.digest == (try ProfileReport(named: "mine", of: alone).digest))
            let shell = try ProfileReport(named: "shell+services", of: .builtIn)
            #expect(variant.reachable.count == shell.reachable.count)
        }
    }

    @Test("a mistake in a folder's file is told with the file and the place in it")
    func brokenFile() async throws {
        try await TemporaryFolder.with { folder in
            try write("mine", to: folder) { $0.replacing("\"pids\"", with: "\"pidz\"") }
            let set = try ProfileFolder.read(folder.path)
            #expect {
                try set.profile(named: "mine")
            } throws: { error in
                guard case .brokenProfile(let file, let detail)? = error as? HardeningError else { return false }
                return file == "\(folder.path)/mine.json" && detail == "/limits/pids is missing"
            }
        }
    }

    @Test("a folder that is none, a file that is none or too large, and too many profiles are refused with their path")
    func unreadable() async throws {
        try await TemporaryFolder.with { folder in
            func path(_ body: () throws(HardeningError) -> ProfileSet) -> String? {
                do throws(HardeningError) {
                    _ = try body()
                    return nil
                } catch {
                    guard case .unreadable(let path, _) = error else { return nil }
                    return path
                }
            }
            let missing = path { () throws(HardeningError) in try ProfileFolder.read(folder.file("none")) }
            #expect(missing == folder.file("none"))
            let fifo = folder.file("fifo.json")
            #expect(mkfifo(fifo, 0o600) == 0)
            let special = path { () throws(HardeningError) in try ProfileFolder.read(folder.path) }
            #expect(special == fifo)
            try FileManager.default.removeItem(atPath: fifo)
            let large = try folder.write(String(repeating: " ", count: (1 << 20) + 1), to: "large.json")
            let tooLarge = path { () throws(HardeningError) in try ProfileFolder.read(folder.path) }
            #expect(tooLarge == large)
            try FileManager.default.removeItem(atPath: large)
            for number in 0...ProfileFolder.profileBound { try folder.write("{}", to: "p\(number).json") }
            let many = path { () throws(HardeningError) in try ProfileFolder.read(folder.path) }
            #expect(many == folder.path)
        }
    }
}
