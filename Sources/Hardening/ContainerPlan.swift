package import Model

/// Everything that decides how one container is made: the create body is built from this and from nothing else.
///
/// There is no place in it for a bind mount, a device, a capability, a network or a privilege.
package struct ContainerPlan: Sendable, Hashable {
    /// What our labels begin with; an image that has one is refused.
    package static let labelPrefix = "org.caisson."
    /// The user and the group of the cell and of the tool.
    package static let userID = 65532
    /// Where the cell lies in every sandbox.
    package static let cellFolder = "/.caisson"
    package static let cellPath = "/.caisson/cell"
    package static let path = "/usr/local/bin:/usr/bin:/bin"

    /// Derived from installation, job and attempt, so that a create that is repeated is recognised.
    package let name: String
    package let labels: [String: String]
    package let imageID: String
    /// Names that the image's own configuration sets: each is taken out again, for it would reach process 1.
    package let imageEnvironmentNames: [String]
    /// The arguments of the cell.
    package let cellArguments: [String]
    package let cellVolume: String
    /// Whether the volume may be filled from the image: for our cell image alone, once.
    package let fillsVolume: Bool
    package let profile: Profile
    package let limits: Limits

    package init(
        name: String, labels: [String: String], imageID: String, imageEnvironmentNames: [String],
        cellArguments: [String] = ["serve"], cellVolume: String, fillsVolume: Bool = false, profile: Profile,
        limits: Limits
    ) {
        (self.name, self.labels, self.imageID) = (name, labels, imageID)
        (self.imageEnvironmentNames, self.cellArguments) = (imageEnvironmentNames, cellArguments)
        (self.cellVolume, self.fillsVolume, self.profile, self.limits) = (cellVolume, fillsVolume, profile, limits)
    }

    /// The body of `POST /containers/create`.
    ///
    /// - Source: Engine API 1.41, `ContainerCreate`.
    package var createBody: JSONValue {
        guard case .object(var body) = configuration else { return configuration }
        body["HostConfig"] = hostConfiguration
        return .object(body)
    }

    /// What becomes `Config` of the container.
    var configuration: JSONValue {
        // A name without "=" takes a variable of the image's out again.
        let removed = imageEnvironmentNames.filter { $0 != "PATH" }.sorted().map { JSONValue.string($0) }
        return [
            "Image": .string(imageID),
            "Entrypoint": .array([.string(Self.cellPath)] + cellArguments.map { .string($0) }),
            "Cmd": [],
            "Env": .array([.string("PATH=\(Self.path)")] + removed),
            "User": .string("\(Self.userID):\(Self.userID)"),
            "WorkingDir": "/",
            "Hostname": "job",
            "Domainname": "",
            "Labels": .object(labels.mapValues { .string($0) }),
            "Tty": false,
            "OpenStdin": true,
            "StdinOnce": false,
            "AttachStdin": false,
            "AttachStdout": false,
            "AttachStderr": false,
            "NetworkDisabled": true,
            "Healthcheck": ["Test": ["NONE"]],
            "StopSignal": "SIGKILL",
        ]
    }

    /// What becomes `HostConfig` of the container.
    var hostConfiguration: JSONValue {
        [
            "Privileged": false,
            "CapAdd": [],
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges", .string("seccomp=\(profile.outerJSON)")],
            "ReadonlyRootfs": true,
            "NetworkMode": "none",
            "IpcMode": "none",
            "PidMode": "",
            "UTSMode": "",
            "UsernsMode": "",
            "CgroupnsMode": "private",
            "Runtime": "runc",
            "Init": false,
            "AutoRemove": false,
            "PublishAllPorts": false,
            "RestartPolicy": ["Name": "no", "MaximumRetryCount": 0],
            "LogConfig": ["Type": "none", "Config": [:]],
            "Memory": .integer(limits.memory.bytes),
            // Equal to the memory limit: no swap at all.
            "MemorySwap": .integer(limits.memory.bytes),
            "NanoCpus": .integer(Int64(limits.milliCPUs) * 1_000_000),
            "PidsLimit": .integer(Int64(limits.pids)),
            "OomScoreAdj": 500,
            "ShmSize": .integer(1 << 20),
            "Ulimits": .array([
                // One byte: too little for a file, and the one value at which the kernel starts no program of the host's either.
                ulimit("core", 1),
                ulimit("fsize", limits.memory.bytes),
                ulimit("memlock", 0),
                ulimit("msgqueue", 0),
                ulimit("nofile", Int64(limits.files)),
            ]),
            "Tmpfs": .object([
                JobSpec.workFolder: .string(tmpfsOptions(size: limits.work, isExecutable: profile.executableWork)),
                "/tmp": .string(tmpfsOptions(size: limits.tmp, isExecutable: false)),
            ]),
            "Mounts": [
                [
                    "Type": "volume", "Source": .string(cellVolume), "Target": .string(Self.cellFolder),
                    "ReadOnly": true,
                    "VolumeOptions": fillsVolume ? [:] : ["NoCopy": true],
                ]
            ],
            "MaskedPaths": .array(profile.maskedPaths.map { .string($0) }),
            "ReadonlyPaths": .array(profile.readOnlyPaths.map { .string($0) }),
        ]
    }

    private func ulimit(_ name: String, _ value: Int64) -> JSONValue {
        ["Name": .string(name), "Soft": .integer(value), "Hard": .integer(value)]
    }

    /// Owner and mode are given: a folder that the image has would else keep its own.
    ///
    /// So is `exec`: an engine adds `noexec` where nothing is said.
    private func tmpfsOptions(size: ByteCount, isExecutable: Bool) -> String {
        let options = "rw,nosuid,nodev,\(isExecutable ? "exec" : "noexec"),size=\(size.bytes)"
        return "\(options),nr_inodes=4096,mode=0700,uid=\(Self.userID),gid=\(Self.userID)"
    }
}
