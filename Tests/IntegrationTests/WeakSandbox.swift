import DockerEngine
import Foundation
import Model
import SelfTest
import TestSupport

/// A container such as ours never is, for the probes to find open what they must find closed.
struct WeakSandbox: Sendable {
    /// How it is weak.
    enum Kind: Sendable, CaseIterable {
        /// Root with every capability there is, no filter, no masks, no limits, a network, the host's devices, and what hosts keep in
        /// its place; beneath a process 1 that anybody may touch.
        case open
        /// With a terminal, and as process 1 itself.
        case terminal
    }

    let probe: EngineProbe
    let folder: TemporaryFolder
    let image: String

    /// Puts the prober's image into the engine, as Caisson does.
    init(_ probe: EngineProbe, folder: TemporaryFolder) async throws {
        (self.probe, self.folder) = (probe, folder)
        let image = try ProbeImage(programPath: TestEngine.programs.appending(path: "caisson-probe").path)
        let client = try EngineClient(address: TestEngine.address)
        do {
            try await client.negotiate()
            try await image.load(into: client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
        self.image = image.id
    }

    /// The name of a network that is ours alone: the engine's own one may be gone, for an engine that is started without one
    /// takes it from all others.
    private var network: String { folder.path.split(separator: "/").last.map { "\($0)" } ?? "caisson-test" }

    /// Runs a plan in a container of its own, and removes that.
    func run(_ run: ProbeRun, _ kind: Kind) throws -> RunOutcome {
        let made = try probe.request(
            "POST", "/v1.41/networks/create", body: try JSONEncoder().encode(["Name": .string(network)] as JSONValue))
        guard made.status == 201 else { throw Refusal(step: "network", answer: made) }
        defer {
            // ignored: an empty network holds nothing, and has the name of this test's folder
            _ = try? probe.request("DELETE", "/v1.41/networks/\(network)")
        }
        let body = try JSONEncoder().encode(try createBody(run.plan, kind))
        let created = try probe.request("POST", "/v1.41/containers/create", body: body)
        guard created.status == 201, let id = try created.json["Id"]?.stringValue else {
            throw Refusal(step: "create", answer: created)
        }
        defer {
            // ignored: it carries no label of an installation; what stays is named by its image
            _ = try? probe.request("DELETE", "/v1.41/containers/\(id)?force=1&v=1")
        }
        let started = try probe.request("POST", "/v1.41/containers/\(id)/start")
        guard started.status == 204 else { throw Refusal(step: "start", answer: started) }
        let end = try probe.request("POST", "/v1.41/containers/\(id)/wait").json["StatusCode"]?.integerValue ?? -1
        let output = try probe.request("GET", "/v1.41/containers/\(id)/logs?stdout=1").body
        return RunOutcome(
            output: kind == .terminal ? Array(output) : Self.demultiplexed(Array(output)), end: .exited(Int(end)))
    }

    struct Refusal: Error, CustomStringConvertible {
        let step: String
        let answer: EngineProbe.Answer
        var description: String { "\(step): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))" }
    }

    /// What lies between headers of eight bytes.
    private static func demultiplexed(_ bytes: [UInt8]) -> [UInt8] {
        var (rest, content) = (bytes[...], [UInt8]())
        while rest.count >= 8 {
            let size = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            content += rest.dropFirst(8).prefix(size)
            rest = rest.dropFirst(8 + size)
        }
        return content
    }

    private func createBody(_ plan: String, _ kind: Kind) throws -> JSONValue {
        let mode = kind == .terminal ? "plan" : "beneath"
        var body: [String: JSONValue] = [
            "Image": .string(image), "Entrypoint": [.string(ProbeImage.programPath)],
            "Cmd": [.string(mode), .string(plan)], "Tty": .bool(kind == .terminal),
        ]
        guard kind == .open else {
            body["HostConfig"] = ["NetworkMode": .string(network)]
            return .object(body)
        }
        body["User"] = "0:0"
        body["Env"] = ["AWS_SECRET_ACCESS_KEY=none", "DOCKER_HOST=none"]
        body["HostConfig"] = [
            "NetworkMode": .string(network),
            // Not `Privileged`: an engine that itself lacks a capability cannot make such a container.
            "CapAdd": .array(try Self.capabilities().map { .string($0) }),
            "SecurityOpt": ["seccomp=unconfined"], "MaskedPaths": [], "ReadonlyPaths": [], "GroupAdd": ["4"],
            "Devices": .array(
                Self.devices().map { path in
                    [
                        "PathOnHost": .string(path), "PathInContainer": .string(path), "CgroupPermissions": "rwm",
                    ]
                }),
            "Tmpfs": ["/work": "rw,exec,dev,suid", "/tmp": "rw,exec,dev,suid", "/.caisson": "rw"],
            "Binds": .array(try binds().map { .string($0) }),
        ]
        return .object(body)
    }

    /// The names of the capabilities that this machine's engine can give.
    private static func capabilities() throws -> [String] {
        // By number; an engine of today's age knows no newer ones.
        let names = """
            CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE \
            NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN \
            SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE \
            MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
            """.split(separator: " ").map(String.init)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapBnd:") } ?? ""
        let bits = UInt64(line.split(separator: "\t").last ?? "", radix: 16) ?? 0
        return names.enumerated().filter { bits >> UInt64($0.offset) & 1 == 1 }.map(\.element)
    }

    /// Devices of this machine that the probes look for; nothing is read from them or written.
    private static func devices() -> [String] {
        let names = [
            "mem", "port", "kmsg", "kvm", "fuse", "net/tun", "loop0", "loop-control", "hwrng", "userfaultfd", "vsock",
            "console",
        ]
        return names.map { "/dev/\($0)" }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Plain files and folders of ours where hosts have theirs, and where the kernel's could be written.
    private func binds() throws -> [String] {
        try folder.write("max\n", to: "file")
        let groups = folder.file("groups")
        try FileManager.default.createDirectory(atPath: groups, withIntermediateDirectories: true)
        for name in ["cgroup.procs", "memory.max", "memory.swap.max", "pids.max", "cpu.max"] {
            try folder.write("max\n", to: "groups/\(name)")
        }
        let files = [
            "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/etc/shadow",
            "/root/.docker/config.json",
        ]
        let kernel = ["/sys/power/state", "/sys/block/loop0/uevent"].filter {
            FileManager.default.fileExists(atPath: $0)
        }
        let folders = [
            "/var/lib/docker", "/run/secrets", "/var/run/secrets/kubernetes.io", "/root/.ssh", "/root/.aws", "/home",
            "/host", "/boot", "/lib/modules",
        ]
        return (files + kernel).map { "\(folder.file("file")):\($0)" } + folders.map { "\(groups):\($0)" }
            + ["\(groups):/sys/fs/cgroup"]
    }
}
