import ArgumentParser
import Daemon
import Hardening
import Model
import Ports
import Testing

@testable import Commands

@Suite struct ProfileExplainCommandTests {
    private static let image = ProfileExplanation.Image(
        id: "sha256:" + String(repeating: "5", count: 64), environmentNames: ["PATH", "LD_PRELOAD", "GREETING"])

    private func json(_ words: [String], image: ProfileExplanation.Image? = nil) throws -> JSONValue {
        let command = try ProfileExplainCommand.parse(words + ["-o", "json"])
        return try Printed.json { try command.run(set: .builtIn, image: image, output: $0) }
    }

    @Test("the body is that of a plan of the same profile, limits and image")
    func body() throws {
        let view = try json(
            ["python", "--image", "x", "--limit", "pids=9,memory=512MiB,work=65MiB"], image: Self.image)
        let profile = try ProfileSet.builtIn.profile(named: "python")
        var limits = profile.limits
        (limits.pids, limits.memory, limits.work) = (9, .mebibytes(512), .mebibytes(65))
        let digest = try ProfileReport(named: "python", of: .builtIn).digest
        let plan = ContainerPlan(
            name: "<container>",
            labels: [
                "org.caisson.installation": "<installation>", "org.caisson.role": "sandbox",
                "org.caisson.job": "<job>", "org.caisson.attempt": "<attempt>", "org.caisson.spec": "<spec>",
                "org.caisson.profile": digest,
            ], imageID: Self.image.id, imageEnvironmentNames: Self.image.environmentNames,
            cellVolume: "<cell-volume>", profile: profile, limits: limits)
        #expect(view["body"] == plan.createBody)
        #expect(view["body"]?["HostConfig"]?["PidsLimit"] == 9)
        #expect(view["body"]?["Env"] == ["PATH=/usr/local/bin:/usr/bin:/bin", "GREETING", "LD_PRELOAD"])
        #expect(view["profile_digest"] == .string(digest))
        #expect(view["landlock"] == "when_available")
    }

    /// Each word in angle brackets in `value`.
    private func brackets(in value: JSONValue) -> Set<String> {
        switch value {
        case .string(let text): text.hasPrefix("<") ? [text] : []
        case .array(let values): values.reduce(into: []) { $0.formUnion(brackets(in: $1)) }
        case .object(let members): members.values.reduce(into: []) { $0.formUnion(brackets(in: $1)) }
        case .null, .bool, .integer, .number: []
        }
    }

    @Test("every placeholder is listed, and every listed one is there", arguments: [true, false])
    func placeholders(withImage: Bool) throws {
        let view = try json(["shell"], image: withImage ? Self.image : nil)
        let listed = Set((view["placeholders"]?.arrayValue ?? []).compactMap { $0["word"]?.stringValue })
        let shown = brackets(in: view["body"] ?? .null).union(brackets(in: view["container_name"] ?? .null))
        #expect(shown == listed)
        #expect(listed.contains("<image>") == !withImage)
        #expect(listed.count == (withImage ? 6 : 8))
    }

    @Test("the digests are those of what stands in the body and of what the cell loads, and differ between profiles")
    func digests() throws {
        let views = try ProfileSet.builtIn.names.map { try json([$0]) }
        // Classes may share an outer list, for it is not what tells them apart; here three of them do.
        for (key, count) in [("profile_digest", 10), ("outer_digest", 6), ("inner_digest", 10)] {
            let digests = Set(views.compactMap { $0[key]?.stringValue })
            #expect(digests.count == count, "\(key)")
            #expect(digests.allSatisfy { $0.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil })
        }
        // Limits are no part of them.
        let (shell, again) = (try json(["shell"]), try json(["shell", "--limit", "pids=9"]))
        #expect(again["outer_digest"] == shell["outer_digest"] && again["inner_digest"] == shell["inner_digest"])
    }

    @Test("without a name the image's own profile is taken")
    func byImage() throws {
        #expect(try json(["--image", "python"], image: Self.image)["profile"] == "python")
        #expect(try json(["--image", "busybox:1"], image: Self.image)["profile"] == "shell")
        #expect(throws: (any Error).self) { try Caisson.parseAsRoot(["profile", "explain", "-o", "json"]) }
    }

    @Test("each field of the body has a line in words, and no words are for a field that is not there")
    func words() throws {
        let body = try json(["shell"])["body"] ?? .null
        let controls = ControlWords.controls(of: body)
        #expect(controls.filter { $0.words == "(no words)" } == [])
        #expect(Set(controls.map(\.field)) == Set(ControlWords.words.map(\.field)))
        #expect(controls.count == ControlWords.words.count)
        func value(_ field: String) -> String? { controls.first { $0.field == field }?.value }
        #expect(value("HostConfig.PidsLimit") == "64")
        #expect(value("HostConfig.ReadonlyRootfs") == "yes")
        #expect(value("HostConfig.CapAdd") == "none")
        #expect(value("HostConfig.SecurityOpt") == "no-new-privileges, seccomp=(the outer list)")
        #expect(value("HostConfig.Ulimits") == "core 1, fsize 268435456, memlock 0, msgqueue 0, nofile 256")
        #expect(value("HostConfig.LogConfig") == "Config none; Type none")
        let unknown = ControlWords.controls(of: ["New": true])
        #expect(unknown == [ControlWords.Control(words: "(no words)", field: "New", value: "yes")])
    }

    @Test("the table has head, controls, placeholders, and the body beneath")
    func table() throws {
        let command = try ProfileExplainCommand.parse(["strict"])
        let text = try Printed.text { try command.run(set: .builtIn, image: nil, output: $0) }
        let lines = text.split(separator: "\nPOST")[0].split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 140 && $0.last != " " })
        for part in [
            "profile    strict\n", "\nouter list sha256:", "\nlandlock   in force where the kernel has it\n",
            "\nCONTROL ", "HostConfig.PidsLimit ", "\n<image> ",
            "\nPOST /containers/create?name=<container>\n{\n", "\"PidsLimit\" : 32",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("limits out of range or out of keeping, and profiles that are none, are refused")
    func refusals() throws {
        for words in ["pids=0", "memory=20MiB", "pidz=3", "work=1GiB"] {
            #expect(throws: InputError.self, "\(words)") { try json(["shell", "--limit", words]) }
        }
        #expect(throws: HardeningError.unknownProfile("x", known: ProfileSet.builtIn.names)) { try json(["x"]) }
    }

    @Test("an image that no job could have is refused as `run` refuses it")
    func images() throws {
        var seen = ImageSighting(id: "sha256:1")
        seen.environmentNames = ["A"]
        func usable(_ sighting: ImageSighting?) throws -> ProfileExplanation.Image {
            try ProfileExplainCommand.usable("i:1", nil, sighting)
        }
        #expect(try usable(seen) == ProfileExplanation.Image(id: "sha256:1", environmentNames: ["A"]))
        #expect(throws: EngineError.imageNotFound(name: "i:1")) { try usable(nil) }
        seen.refusal = "it has ONBUILD triggers"
        #expect(throws: EngineError.imageRefused(name: "i:1", reason: "it has ONBUILD triggers")) { try usable(seen) }
    }
}
