import Foundation
import Model
import TestSupport
import Testing

/// What the engine itself says of a container in the middle of its job: every control of P1 to P3.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct PostureTests {
    @Test("a running job's container has every control in force")
    func controls() async throws {
        try await CommandFixture.with { caisson in
            let running = try caisson.start(["run", "--image", "python", "--", "sleep", "600"])
            let container = try await caisson.runningContainer()
            let seen = try caisson.probe.inspect(container)
            running.send(15)
            _ = try await running.outcome()

            let (host, config) = (seen["HostConfig"], seen["Config"])
            // P1: no network.
            #expect(host?["NetworkMode"] == "none")
            #expect(config?["NetworkDisabled"] == true)
            let networks: [String: JSONValue] = seen["NetworkSettings"]?["Networks"]?.objectValue ?? [:]
            #expect(networks.isEmpty || Array(networks.keys) == ["none"])
            // P2: nothing of the host.
            #expect(host?["Binds"] == .null)
            #expect(host?["Devices"] == .null || host?["Devices"] == [])
            let mounts = seen["Mounts"]?.arrayValue ?? []
            #expect(mounts.count == 1)
            #expect(mounts.first?["Type"] == "volume" && mounts.first?["RW"] == false)
            #expect(mounts.first?["Destination"] == "/.caisson")
            #expect(host?["PidMode"] == "" && host?["IpcMode"] == "none" && host?["UTSMode"] == "")
            #expect(host?["CgroupnsMode"] == "private")
            // P3: no privilege, and a limit on everything.
            #expect(config?["User"] == "65532:65532")
            #expect(host?["Privileged"] == false && host?["CapDrop"] == ["ALL"] && host?["CapAdd"] == [])
            #expect(host?["ReadonlyRootfs"] == true)
            let options = (host?["SecurityOpt"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(options.contains("no-new-privileges"))
            let seccomp = options.first { $0.hasPrefix("seccomp={") } ?? ""
            #expect(seccomp.contains("SCMP_ACT_ERRNO"))
            for (folder, size) in [("/work", 64 << 20), ("/tmp", 16 << 20)] {
                let tmpfs = host?["Tmpfs"]?[folder]?.stringValue ?? ""
                for word in ["noexec", "nosuid", "nodev", "size=\(size)"] { #expect(tmpfs.contains(word)) }
            }
            #expect(host?["Memory"] == 268_435_456 && host?["MemorySwap"] == 268_435_456)
            #expect(host?["NanoCpus"] == 1_000_000_000 && host?["PidsLimit"] == 64)
            let limits = host?["Ulimits"]?.arrayValue ?? []
            #expect(
                Set(limits.compactMap { $0["Name"]?.stringValue }) == [
                    "core", "fsize", "memlock", "msgqueue", "nofile",
                ])
            #expect(host?["AutoRemove"] == false && host?["LogConfig"]?["Type"] == "none")
        }
    }

    @Test("the tool sees itself confined: two filters, no capability, no network, nothing to write but its two folders")
    func inside() async throws {
        try await CommandFixture.with { caisson in
            let script = """
                import json, os, socket, errno
                status = dict(l.split(":\\t", 1) for l in open("/proc/self/status").read().splitlines() if ":\\t" in l)
                def tried(f):
                    try:
                        f(); return "allowed"
                    except OSError as e:
                        return errno.errorcode[e.errno]
                def connect(address):
                    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM); s.settimeout(2); s.connect(address)
                json.dump({
                    "filters": int(status["Seccomp_filters"]), "caps": status["CapBnd"].strip(), "uid": os.getuid(),
                    "nnp": status["NoNewPrivs"].strip(), "interfaces": [l.split(":")[0].strip() for l in open("/proc/net/dev")][2:],
                    "root": tried(lambda: open("/etc/x", "w")), "cell": tried(lambda: open("/.caisson/cell", "ab")),
                    "cellmem": tried(lambda: open("/proc/1/mem", "rb")), "cellfd": tried(lambda: os.listdir("/proc/1/fd")),
                    "metadata": tried(lambda: connect(("169.254.169.254", 80))), "public": tried(lambda: connect(("1.1.1.1", 80))),
                    "gateway": tried(lambda: connect(("172.17.0.1", 22))),
                    "device": tried(lambda: os.mknod("/tmp/d", 0o60600, os.makedev(8, 0))),
                    "priority": tried(lambda: os.setpriority(os.PRIO_PROCESS, 1, 5)),
                }, open("result.json", "w"))
                """
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(outcome.status == 0, "\(outcome.err)")
            let printed = try await caisson.caisson("result", "@latest")
            let seen = try JSONDecoder().decode(JSONValue.self, from: printed.stdout)
            let wanted: [String: JSONValue] = [
                "filters": 2, "caps": "0000000000000000", "uid": 65532, "nnp": "1", "interfaces": ["lo"],
                "root": "EROFS",
                "cellmem": "EACCES", "cellfd": "EACCES", "metadata": "EPERM", "public": "EPERM", "gateway": "EPERM",
                "device": "EPERM", "priority": "EPERM",
            ]
            for (name, value) in wanted { #expect(seen[name] == value, "\(name)") }
            // What the inner list refuses has a name, and a socket's family, here AF_INET; the others the outer list refuses.
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            let refusals = job["attempts"]?.arrayValue?.first?["record"]?["refusals"]?.arrayValue ?? []
            let named = refusals.map { "\($0["name"]?.stringValue ?? "") \($0["count"]?.integerValue ?? 0)" }
            #expect(named == ["socket 3"])
            #expect(refusals.first?["first_argument"] == 2)
            #expect(["EROFS", "EACCES"].contains(seen["cell"]?.stringValue))
        }
    }

    @Test("a job that fails says which call it was refused first")
    func refused() async throws {
        try await CommandFixture.with { caisson in
            let script = "import socket; socket.create_server(('127.0.0.1', 8080))"
            let server = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(server.status == 1)
            #expect(server.err.contains("exited with status 1; it had been refused socket.\n"), "\(server.err)")
            #expect(try await caisson.caisson("show", "@latest").out.contains("refused   socket (1)\n"))
        }
    }

    @Test("a tool that does nothing but what it is refused keeps neither its clock nor a cancel from ending it")
    func refusedForEver() async throws {
        try await CommandFixture.with { caisson in
            let script = """
                import ctypes, threading
                call = ctypes.CDLL(None).inotify_init
                def flood():
                    while True: call()
                for _ in range(8): threading.Thread(target=flood).start()
                """
            let outcome = try await caisson.run(image: "python", ["--timeout", "2s"], "python3", "-c", script)
            #expect(outcome.err.contains("still running after 2.0 s"), "\(outcome.err)")
            #expect(try await caisson.caisson("show", "@latest").out.contains("refused   inotify_init ("))
        }
    }
}
