// What the file systems show, and what can be written and executed.
import Hardening
import Model

extension Catalogue {
    /// The group `system`: what /proc and /sys tell of the machine, and what could be set there.
    var system: [Probe] {
        let files: [(name: String, path: String)] = [
            ("kcore", "/proc/kcore"), ("keys", "/proc/keys"), ("kallsyms", "/proc/kallsyms"),
            ("config", "/proc/config.gz"),
            ("interrupts", "/proc/interrupts"), ("modules", "/proc/modules"), ("mtrr", "/proc/mtrr"),
            ("slabinfo", "/proc/slabinfo"), ("timer_list", "/proc/timer_list"), ("vmallocinfo", "/proc/vmallocinfo"),
            ("kpagecount", "/proc/kpagecount"), ("kpageflags", "/proc/kpageflags"),
            ("kpagecgroup", "/proc/kpagecgroup"),
        ]
        let folders: [(name: String, path: String)] = [
            ("acpi", "/proc/acpi"), ("scsi", "/proc/scsi"), ("firmware", "/sys/firmware"), ("kernel", "/sys/kernel"),
            ("dmi", "/sys/class/dmi"), ("powercap", "/sys/devices/virtual/powercap"),
        ]
        let settings: [(name: String, path: String)] = [
            ("core_pattern", "/proc/sys/kernel/core_pattern"), ("modprobe", "/proc/sys/kernel/modprobe"),
            ("hostname", "/proc/sys/kernel/hostname"), ("randomize", "/proc/sys/kernel/randomize_va_space"),
            ("last_pid", "/proc/sys/kernel/ns_last_pid"), ("overcommit", "/proc/sys/vm/overcommit_memory"),
            ("drop_caches", "/proc/sys/vm/drop_caches"), ("forward", "/proc/sys/net/ipv4/ip_forward"),
            ("file_max", "/proc/sys/fs/file-max"), ("sysrq", "/proc/sysrq-trigger"),
            ("irq", "/proc/irq/default_smp_affinity"),
            ("power", "/sys/power/state"), ("uevent", "/sys/block/loop0/uevent"),
        ]
        let groups = [
            ("cgroup_procs", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs"),
            ("cgroup_memory", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"),
            ("cgroup_pids", "/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"),
        ]
        return files.map { Probe("system.\($0.name)", "read \($0.path)", "read \($0.path)", .masked) }
            + folders.map { Probe("system.\($0.name)", "look into \($0.path)", "names \($0.path)", .masked) }
            + settings.map {
                Probe("system.\($0.name)", "write \($0.path)", "open \(Word.writeOnly) \($0.path)", .closed)
            }
            + groups.map {
                Probe("system.\($0.0)", "change its own limits", "open \(Word.writeOnly) \($0.1) \($0.2)", .closed)
            }
            + [
                Probe("system.kmsg", "the kernel's log", "open \(Word.readOnly) /proc/kmsg", .closed),
                Probe(
                    "system.cgroup_path", "nothing of the host's control groups", "value /proc/self/cgroup",
                    .ending(":/")),
            ]
    }

    /// The group `device`: what /dev holds.
    var devices: [Probe] {
        let names = [
            "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "stderr", "stdin", "stdout", "tty",
            "urandom",
            "zero",
        ]
        let files = [
            "mem", "port", "kmsg", "kvm", "fuse", "net/tun", "loop0", "loop-control", "hwrng", "shm", "console",
            "vsock",
            "userfaultfd",
        ]
        return [Probe("device.names", "no device but the harmless ones", "names /dev", .within(names))]
            + files.map { name in
                let id = name.split { $0 == "/" || $0 == "-" }.joined(separator: "_")
                return Probe("device.\(id)", "open /dev/\(name)", "open \(Word.readOnly) /dev/\(name)", .closed)
            }
            + [Probe("device.create", "a file in /dev", "create /dev/probe", .closed)]
    }

    /// The group `file`: what can be written and executed.
    var files: [Probe] {
        let outside: [(name: String, path: String)] = [
            ("root", "/probe"), ("usr", "/usr/probe"), ("bin", "/usr/local/bin/probe"), ("etc", "/etc/probe"),
            ("cell", "/.caisson/probe"),
        ]
        let secrets: [(name: String, path: String)] = [
            ("docker_socket", "/var/run/docker.sock"), ("docker_socket_run", "/run/docker.sock"),
            ("containerd_socket", "/run/containerd/containerd.sock"), ("docker_data", "/var/lib/docker"),
            ("secrets", "/run/secrets"), ("kubernetes", "/var/run/secrets/kubernetes.io"), ("shadow", "/etc/shadow"),
            ("ssh", "/root/.ssh"), ("aws", "/root/.aws"), ("docker_config", "/root/.docker/config.json"),
            ("home", "/home"),
            ("host", "/host"), ("boot", "/boot"), ("modules", "/lib/modules"),
        ]
        return outside.map { Probe("file.create_\($0.name)", "a new file \($0.path)", "create \($0.path)", .closed) }
            + secrets.map { Probe("file.\($0.name)", "nothing at \($0.path)", "exists \($0.path)", .oneOf(["ENOENT"])) }
            + [
                Probe(
                    "file.overwrite_program", "the program itself",
                    "open \(Word.writeOnly) /usr/local/bin/caisson-probe",
                    .oneOf(["EROFS", "EACCES", "EPERM"])),
                // The engine makes both, empty, if an image does not have them.
                Probe("file.resolv_conf", "no name server", "read /etc/resolv.conf", .masked),
                Probe("file.hosts", "no names of hosts", "read /etc/hosts", .masked),
                // Who may not have a message queue has reached the most of them.
                Probe(
                    "file.create_mqueue", "a message queue by its folder", "create /dev/mqueue/probe",
                    .oneOf(["EMFILE", "EACCES", "EPERM", "ENOENT"])),
                Probe(
                    "file.mounts", "nothing is mounted but what must be", "mounts all",
                    .exactly(["/", "/.caisson", "/etc/hostname", "/tmp", "/work"])),
                Probe(
                    "file.writable_mounts", "two of it can be written", "mounts writable", .exactly(["/tmp", "/work"])),
                mount("/work", sizeKiB: profile.limits.work.bytes >> 10),
                mount("/tmp", sizeKiB: profile.limits.tmp.bytes >> 10),
            ] + execution("/work") + execution("/tmp")
    }

    private func mount(_ folder: String, sizeKiB: Int64) -> Probe {
        var options = ["nosuid", "nodev", "size=\(sizeKiB)k", "nr_inodes=4096"]
        if !isExecutable(folder) { options.append("noexec") }
        return Probe(
            "file.mount\(folder.replacing("/", with: "_"))", "the flags and the size of \(folder)", "mount \(folder)",
            .words(all: options))
    }

    private func execution(_ folder: String) -> [Probe] {
        let name = folder.replacing("/", with: "_")
        let id = "file.execute\(name)"
        return [
            Probe(
                id, "a program in \(folder)", "exec \(id) \(folder)/program", forked: true,
                .oneOf(isExecutable(folder) ? ["executed"] : ["EACCES"])),
            Probe(
                "file.map\(name)", "code from a file in \(folder)", "map \(folder)/code",
                .oneOf(isExecutable(folder) ? ["mapped"] : ["EPERM", "EACCES"])),
        ]
    }
}
