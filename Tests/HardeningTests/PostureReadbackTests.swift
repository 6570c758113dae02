import Hardening
import Model
import TestSupport
import Testing

@Suite struct PostureReadbackTests {
    private let plan: ContainerPlan
    private let faithful: JSONValue

    init() throws {
        plan = try Samples.plan()
        faithful = InspectAnswer.faithful(to: plan)
    }

    private func fields(_ inspected: JSONValue, plan other: ContainerPlan? = nil) -> Set<String> {
        Set(PostureReadback.differences(plan: other ?? plan, inspected: inspected).map(\.field))
    }

    @Test("a container made as planned shows no difference, as a sandbox and as the one that fills a volume")
    func asPlanned() throws {
        #expect(PostureReadback.differences(plan: plan, inspected: faithful) == [])
        let filler = try Samples.plan(imageEnvironmentNames: [], fillsVolume: true)
        #expect(PostureReadback.differences(plan: filler, inspected: InspectAnswer.faithful(to: filler)) == [])
    }

    @Test("an engine may write nothing in more than one way")
    func nothing() {
        for path in [["HostConfig", "CapAdd"], ["Config", "Cmd"], ["HostConfig", "LogConfig", "Config"]] {
            #expect(fields(faithful.setting(path, to: .null)) == [], "\(path)")
            #expect(fields(faithful.setting(path, to: nil)) == [], "\(path)")
        }
    }

    @Test("every field that was planned, changed in any way, is named", arguments: ["Config", "HostConfig"])
    func changed(section: String) throws {
        let planned = try #require(plan.createBody.at(section == "Config" ? "" : section)?.objectValue)
        var changes = 0
        for (name, value) in planned where name != "HostConfig" && name != "Labels" {
            for neighbour in value.neighbours where !(neighbour.saysNothing && value.saysNothing) {
                let found = fields(faithful.setting([section, name], to: neighbour))
                #expect(found == ["\(section).\(name)"], "\(name): \(neighbour)")
                changes += 1
            }
        }
        #expect(changes > planned.count * 2)
    }

    @Test(
        "every field that was planned to be something, removed or null, is named", arguments: ["Config", "HostConfig"])
    func removed(section: String) throws {
        let planned = try #require(plan.createBody.at(section == "Config" ? "" : section)?.objectValue)
        for (name, value) in planned where name != "HostConfig" {
            for gone in [nil, JSONValue.null] {
                let found = fields(faithful.setting([section, name], to: gone))
                // A switch that is gone may mean the daemon's default, so "off" has to be said.
                let mayBeGone = value.saysNothing && value != false
                #expect(found == (mayBeGone ? [] : ["\(section).\(name)"]), "\(name)")
            }
        }
    }

    @Test("every field that was not planned, set to something, is named")
    func added() {
        let sections = [
            ("Config", InspectAnswer.unaskedConfiguration), ("HostConfig", InspectAnswer.unaskedHost),
            ("Config", ["MacAddress": "", "ArgsEscaped": false, "StopTimeout": .null, "NeverHeardOf": .null]),
            ("HostConfig", ["Sysctls": .null, "StorageOpt": .null, "Annotations": .null, "NeverHeardOf": .null]),
        ]
        for (section, names) in sections {
            for name in names.keys {
                for value in [true, 1, -2, "x", ["x"], [24, 80], ["x": "y"]] as [JSONValue] {
                    let found = fields(faithful.setting([section, name], to: value))
                    #expect(found == ["\(section).\(name)"], "\(name): \(value)")
                }
            }
        }
    }

    @Test("values that weaken nothing are passed over, and only those")
    func harmless() {
        let harmless: [([String], JSONValue)] = [
            (["HostConfig", "ConsoleSize"], [0, 0]), (["HostConfig", "Isolation"], "default"),
            (["HostConfig", "MemorySwappiness"], -1), (["Config", "ExposedPorts"], ["80/tcp": [:]]),
            (["Config", "Shell"], ["/bin/sh", "-c"]), (["HostConfig", "NeverHeardOf"], [:]),
            (["Config", "NeverHeardOf"], false), (["NeverHeardOf"], "beside the two sections"),
        ]
        for (path, value) in harmless { #expect(fields(faithful.setting(path, to: value)) == [], "\(path)") }
    }

    @Test("a section that is missing or no object is named")
    func sections() {
        for section in ["Config", "HostConfig"] {
            for value in [nil, .null, "x", []] as [JSONValue?] {
                #expect(fields(faithful.setting([section], to: value)).contains(section))
            }
        }
        #expect(fields(.null).isSuperset(of: ["Config", "HostConfig", "Image", "Name", "Mounts", "State.Status"]))
    }

    @Test("an image's labels stand beside ours; one in our namespace, a missing and a changed one are named")
    func labels() {
        let labels = ["Config", "Labels"]
        #expect(fields(faithful.setting(labels + ["maintainer"], to: "somebody")) == [])
        #expect(fields(faithful.setting(labels + ["org.caissonx"], to: "somebody")) == [])
        let wrong: [(String, JSONValue?)] = [
            ("org.caisson.job", "x"), ("org.caisson.attempt", "2"), ("org.caisson.attempt", nil),
            ("org.caisson.installation", .null),
        ]
        for (name, value) in wrong {
            #expect(fields(faithful.setting(labels + [name], to: value)) == ["Config.Labels"], "\(name)")
        }
        #expect(fields(faithful.setting(labels, to: .null)) == ["Config.Labels"])
    }

    @Test("any other mount than the cell's volume, read-only, is named")
    func mounts() throws {
        let mount = try #require(faithful["Mounts"]?.arrayValue?.first)
        let none: [JSONValue] = []
        for mounts in [none, [mount, mount], [mount, .null]] {
            #expect(fields(faithful.setting(["Mounts"], to: .array(mounts))) == ["Mounts"])
        }
        for value in [nil, JSONValue.null, "x"] {
            #expect(fields(faithful.setting(["Mounts"], to: value)) == ["Mounts"])
        }
        let changes: [(String, JSONValue?)] = [
            ("RW", true), ("RW", nil), ("Type", "bind"), ("Name", "other"), ("Name", nil), ("Driver", "nfs"),
            ("Destination", "/work"), ("Destination", "/.caisson/"),
        ]
        for (name, value) in changes {
            #expect(fields(faithful.setting(["Mounts", "0", name], to: value)) == ["Mounts[0].\(name)"], "\(name)")
        }
    }

    @Test("what stands beside the sections is compared, too")
    func top() {
        let changes: [(String, JSONValue?)] = [
            ("Image", "sha256:other"), ("Image", nil), ("Name", "/other"), ("Name", .string(plan.name)),
            ("RestartCount", 1), ("RestartCount", nil), ("Path", "/bin/sh"), ("Args", ["serve", "x"]), ("Args", []),
            ("ExecIDs", ["0123"]),
        ]
        for (name, value) in changes { #expect(fields(faithful.setting([name], to: value)) == [name], "\(name)") }
        for status in ["running", "exited", "", "Created"] as [JSONValue] {
            #expect(fields(faithful.setting(["State", "Status"], to: status)) == ["State.Status"])
        }
        #expect(fields(faithful.setting(["State"], to: nil)) == ["State.Status"])
    }

    @Test("one more folder in memory is named, whatever is said of it")
    func moreTmpfs() {
        for value in ["", "rw", .null] as [JSONValue] {
            let found = fields(faithful.setting(["HostConfig", "Tmpfs", "/other"], to: value))
            #expect(found == ["HostConfig.Tmpfs"], "\(value)")
        }
    }

    @Test("a container that claims never to have run, and shows a process, is named")
    func state() {
        let changes: [String: JSONValue] = [
            "Running": true, "Paused": true, "Restarting": true, "Dead": true, "Pid": 7,
        ]
        for (field, value) in changes {
            #expect(fields(faithful.setting(["State", field], to: value)) == ["State.\(field)"])
        }
    }

    @Test("confinement that was taken away without having been asked for is named")
    func appArmor() {
        #expect(fields(faithful.setting(["AppArmorProfile"], to: "docker-default")) == [])
        #expect(fields(faithful.setting(["AppArmorProfile"], to: "unconfined")) == ["AppArmorProfile"])
    }

    @Test("any network but the one called none, any address and any port is named")
    func networks() {
        let none: JSONValue = ["IPAMConfig": .null, "NetworkID": "0123", "IPAddress": "", "IPPrefixLen": 0]
        #expect(fields(faithful.setting(["NetworkSettings", "Networks", "none"], to: none)) == [])
        #expect(fields(faithful.setting(["NetworkSettings", "Ports"], to: ["80/tcp": .null])) == [])
        let changes: [(String, JSONValue)] = [
            ("IPAddress", "172.17.0.2"), ("Ports", ["80/tcp": [["HostPort": "80"]]]), ("SandboxKey", "/run/netns/1"),
            ("Networks", ["bridge"]), ("NeverHeardOf", true),
        ]
        for (name, value) in changes {
            #expect(fields(faithful.setting(["NetworkSettings", name], to: value)) == ["NetworkSettings.\(name)"])
        }
        let others: [(String, JSONValue)] = [
            ("bridge", none), ("bridge", .null), ("none", ["IPAddress": "10.0.0.2"]), ("none", 1),
        ]
        for (name, value) in others {
            let found = fields(faithful.setting(["NetworkSettings", "Networks", name], to: value))
            #expect(found == ["NetworkSettings.Networks.\(name)"])
        }
        for value in [nil, JSONValue.null, "x"] {
            #expect(fields(faithful.setting(["NetworkSettings"], to: value)) == ["NetworkSettings"])
        }
    }

    @Test("a difference says what was wanted and what was got, in a few words")
    func words() throws {
        let changed = faithful.setting(["HostConfig", "PidsLimit"], to: 0)
        let wanted = PostureDifference(field: "HostConfig.PidsLimit", wanted: "63", got: "0")
        #expect(PostureReadback.differences(plan: plan, inspected: changed) == [wanted])
        let long = faithful.setting(["HostConfig", "SecurityOpt"], to: ["seccomp=unconfined"])
        let difference = try #require(PostureReadback.differences(plan: plan, inspected: long).first)
        #expect(difference.got == "[\"seccomp=unconfined\"]")
        #expect(difference.wanted.count <= 120)
        let gone = PostureReadback.differences(plan: plan, inspected: faithful.setting(["Image"], to: nil))
        #expect(gone.map(\.got) == ["nothing"])
    }
}
