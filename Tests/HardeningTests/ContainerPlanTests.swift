import Hardening
import Model
import Testing

@Suite struct ContainerPlanTests {
    @Test("under a profile that allows it, programs of /work may be executed, and those of /tmp never")
    func executableWork() throws {
        for name in ProfileSet.builtIn.classes {
            let profile = try ProfileSet.builtIn.profile(named: name)
            let plan = ContainerPlan(
                name: "n", labels: [:], imageID: Samples.imageID, imageEnvironmentNames: [], cellVolume: "v",
                profile: profile, limits: profile.limits)
            let folders = plan.createBody["HostConfig"]?["Tmpfs"]
            let work = folders?["/work"]?.stringValue?.split(separator: ",") ?? []
            #expect(work.contains("exec") == (name == "build"))
            #expect(work.contains("noexec") == (name != "build"))
            #expect(folders?["/tmp"]?.stringValue?.hasPrefix("rw,nosuid,nodev,noexec,") == true)
        }
    }

    struct Control: Sendable, CustomTestStringConvertible {
        let path: String
        let value: JSONValue
        var testDescription: String { path }
        init(_ path: String, _ value: JSONValue) { (self.path, self.value) = (path, value) }
    }

    static let controls: [Control] = [
        // No network interface but loopback.
        Control("NetworkDisabled", true), Control("HostConfig.NetworkMode", "none"),
        Control("HostConfig.PublishAllPorts", false),
        // No file, socket or device of the host.
        Control(
            "HostConfig.Mounts",
            [
                [
                    "Type": "volume", "Source": "caisson-0123abcd-cell-fedcba987654-ab12cd34", "Target": "/.caisson",
                    "ReadOnly": true, "VolumeOptions": ["NoCopy": true],
                ]
            ]),
        Control("HostConfig.IpcMode", "none"), Control("HostConfig.PidMode", ""), Control("HostConfig.UTSMode", ""),
        Control("HostConfig.UsernsMode", ""), Control("HostConfig.CgroupnsMode", "private"),
        // Least privilege.
        Control("User", "65532:65532"), Control("HostConfig.Privileged", false), Control("HostConfig.CapAdd", []),
        Control("HostConfig.CapDrop", ["ALL"]), Control("HostConfig.ReadonlyRootfs", true),
        Control(
            "HostConfig.Tmpfs",
            [
                "/work": "rw,nosuid,nodev,noexec,size=68157440,nr_inodes=4096,mode=0700,uid=65532,gid=65532",
                "/tmp": "rw,nosuid,nodev,noexec,size=17825792,nr_inodes=4096,mode=0700,uid=65532,gid=65532",
            ]),
        // Limits.
        Control("HostConfig.Memory", 268_435_456), Control("HostConfig.MemorySwap", 268_435_456),
        Control("HostConfig.NanoCpus", 1_500_000_000), Control("HostConfig.PidsLimit", 63),
        Control("HostConfig.ShmSize", 1_048_576), Control("HostConfig.OomScoreAdj", 500),
        Control(
            "HostConfig.Ulimits",
            [
                ["Name": "core", "Soft": 1, "Hard": 1],
                ["Name": "fsize", "Soft": 268_435_456, "Hard": 268_435_456],
                ["Name": "memlock", "Soft": 0, "Hard": 0],
                ["Name": "msgqueue", "Soft": 0, "Hard": 0],
                ["Name": "nofile", "Soft": 257, "Hard": 257],
            ]),
        // What an image's configuration would else decide.
        Control("Image", .string(Samples.imageID)), Control("Entrypoint", ["/.caisson/cell", "serve"]),
        Control("Cmd", []), Control("WorkingDir", "/"), Control("Healthcheck", ["Test": ["NONE"]]),
        Control("Env", ["PATH=/usr/local/bin:/usr/bin:/bin", "GREETING", "LD_PRELOAD"]),
        Control("StopSignal", "SIGKILL"),
        Control("Labels", ["org.caisson.installation": "0123abcd", "org.caisson.attempt": "1"]),
        // The stream, and what the engine does by itself.
        Control("Tty", false), Control("OpenStdin", true), Control("StdinOnce", false),
        Control("HostConfig.LogConfig", ["Type": "none", "Config": [:]]), Control("HostConfig.AutoRemove", false),
        Control("HostConfig.RestartPolicy", ["Name": "no", "MaximumRetryCount": 0]),
        Control("HostConfig.Runtime", "runc"), Control("HostConfig.Init", false),
    ]

    @Test("the create body asks for each control", arguments: controls)
    func control(_ control: Control) throws {
        #expect(try Samples.plan().createBody.at(control.path) == control.value)
    }

    @Test("no new privileges, and the outer list as its file has it")
    func securityOptions() throws {
        let plan = try Samples.plan()
        let options = try #require(plan.createBody.at("HostConfig.SecurityOpt")?.arrayValue)
        #expect(options == ["no-new-privileges", .string("seccomp=\(plan.profile.outerJSON)")])
        #expect(plan.profile.outerJSON.contains("SCMP_ACT_ERRNO"))
    }

    @Test("the profile's masked and read-only paths are all there")
    func paths() throws {
        let plan = try Samples.plan()
        let host = plan.createBody["HostConfig"]
        let masked = (host?["MaskedPaths"]?.arrayValue ?? []).compactMap(\.stringValue)
        let readOnly = (host?["ReadonlyPaths"]?.arrayValue ?? []).compactMap(\.stringValue)
        #expect(masked == plan.profile.maskedPaths)
        #expect(readOnly == plan.profile.readOnlyPaths)
        // Those that the Engine 20.10 masks by itself, and that a list of ours would else uncover.
        let engine = [
            "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        ]
        #expect(Set(masked).isSuperset(of: engine))
        let engineReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
        #expect(Set(readOnly).isSuperset(of: engineReadOnly))
    }

    @Test("there is no field for a bind, a device, a port or another container's anything")
    func noOtherFields() throws {
        let plan = try Samples.plan()
        let body = try #require(plan.createBody.objectValue)
        let host = try #require(body["HostConfig"]?.objectValue)
        let names = Set(body.keys).union(host.keys)
        let forbidden = [
            "Binds", "Devices", "DeviceRequests", "DeviceCgroupRules", "VolumesFrom", "Links", "PortBindings",
            "ExposedPorts", "Volumes", "GroupAdd", "ExtraHosts", "Dns", "Sysctls", "CgroupParent", "StorageOpt",
            "NetworkingConfig", "OomKillDisable",
        ]
        #expect(names.isDisjoint(with: forbidden))
    }

    @Test("only the container that fills a volume may copy into it")
    func filler() throws {
        let plan = try Samples.plan(fillsVolume: true)
        let mount = try #require(plan.createBody.at("HostConfig.Mounts")?.arrayValue?.first)
        #expect(mount["VolumeOptions"] == [:])
        #expect(mount["ReadOnly"] == true)
    }

    @Test("names of the image's environment are taken out, but for PATH, which is ours")
    func environment() throws {
        let plan = try Samples.plan(imageEnvironmentNames: [])
        #expect(plan.createBody["Env"] == ["PATH=/usr/local/bin:/usr/bin:/bin"])
    }
}
