import Foundation
import Hardening
import SelfTest
import Testing

/// What must be seen follows from the profile, not from its name.
@Suite struct ExpectationTests {
    /// The built-in profile, with text replaced in its files.
    private static func selfTest(_ name: String, _ changes: [(file: String, old: String, new: String)] = []) throws
        -> SelfTest
    {
        var files: [String: [UInt8]] = [:]
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Profiles")
        for file in ProfileSet.fileNames(of: name) {
            var text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for change in changes where change.file == file {
                try #require(text.contains(change.old))
                text = text.replacing(change.old, with: change.new)
            }
            files[file] = Array(text.utf8)
        }
        return try SelfTest(try Profile(files: files, name: name), hostAddresses: [])
    }

    /// Whether `seen` is right for the probe of this id.
    private static func accepts(_ test: SelfTest, _ id: String, _ seen: String) throws -> Bool {
        let line = try #require(test.probes.flatMap(\.lines).first { $0.id == id }, "\(id)")
        return line.wanted.resolved(test.filters).accepts(seen)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let profile, id: String
        let right, wrong: [String]
        var testDescription: String { "\(id) under \(profile)" }
    }

    @Test(
        "what is right is what the profile's lists, limits and folders say",
        arguments: [
            Case(profile: "shell", id: "kernel.reboot", right: ["killed SIGSYS"], wrong: ["EPERM", "EINVAL", "ok"]),
            Case(profile: "shell", id: "kernel.bpf", right: ["EPERM"], wrong: ["EINVAL", "ok", "killed SIGSYS"]),
            Case(profile: "shell", id: "other.splice", right: ["ENOSYS"], wrong: ["EPERM", "EBADF"]),
            Case(profile: "python", id: "capability.nice", right: ["EACCES"], wrong: ["EPERM", "ok"]),
            Case(profile: "shell", id: "capability.nice", right: ["EPERM"], wrong: ["EACCES", "ok"]),
            Case(profile: "shell", id: "limit.pids", right: ["64"], wrong: ["32", "max", "ENOENT"]),
            Case(profile: "strict", id: "limit.pids", right: ["32"], wrong: ["64"]),
            Case(
                profile: "strict", id: "limit.pids_reached", right: ["fork EPERM"], wrong: ["fork EAGAIN", "no limit"]),
            Case(
                profile: "shell", id: "limit.pids_reached", right: ["fork EAGAIN"], wrong: ["fork EPERM", "no limit"]),
            Case(profile: "shell", id: "limit.cpu", right: ["100000", "100000 100000"], wrong: ["max 100000", "-1"]),
            Case(
                profile: "shell", id: "network.tcp_public", right: ["socket EPERM"],
                wrong: ["connect ENETUNREACH", "sent, unanswered", "connected", "EPERM"]),
            Case(
                profile: "shell", id: "network.unix_engine", right: ["socket EAFNOSUPPORT"], wrong: ["connect ENOENT"]),
            Case(
                profile: "python", id: "network.unix_engine", right: ["connect ENOENT"],
                wrong: ["connected", "connect ECONNREFUSED"]),
            Case(profile: "shell", id: "file.execute_work", right: ["EACCES"], wrong: ["executed"]),
            Case(
                profile: "shell", id: "file.mount_work",
                right: ["rw,nosuid,nodev,noexec,relatime rw,size=65536k,nr_inodes=4096,mode=700"],
                wrong: [
                    "rw,nosuid,nodev,relatime rw,size=65536k,nr_inodes=4096",
                    "rw,nosuid,nodev,noexec rw,size=655360k,nr_inodes=4096", "not mounted",
                ]),
            Case(profile: "shell", id: "device.names", right: ["null zero", "null"], wrong: ["null zero kmsg"]),
            Case(
                profile: "shell", id: "file.writable_mounts", right: ["/tmp /work", "/work /tmp"],
                wrong: ["/work", "/ /tmp /work", "none"]),
            Case(
                profile: "shell", id: "environment.names", right: ["PATH HOME", "HOME LANG PATH TMPDIR"],
                wrong: ["PATH TOKEN"]),
            Case(
                profile: "shell", id: "system.cgroup_path", right: ["0::/", "9:name=systemd:/"], wrong: ["0::/docker/1"]
            ),
            // A runtime answers so for numbers beyond those that the list names.
            Case(profile: "shell", id: "reach.460.0", right: ["EPERM", "ENOSYS"], wrong: ["EFAULT", "ok"]),
            Case(profile: "shell", id: "reach.165.0", right: ["EPERM"], wrong: ["ENOSYS", "EFAULT"]),
            Case(
                profile: "shell", id: "reach.0.0", right: ["EBADF", "ok"], wrong: ["EPERM", "ENOSYS", "killed SIGSYS"]),
            Case(profile: "shell", id: "i386.20", right: ["killed SIGSYS", "killed SIGSEGV"], wrong: ["ok", "EPERM"]),
        ])
    func derived(_ testCase: Case) throws {
        let test = try Self.selfTest(testCase.profile)
        for seen in testCase.right { #expect(try Self.accepts(test, testCase.id, seen), "\(seen)") }
        for seen in testCase.wrong { #expect(try !Self.accepts(test, testCase.id, seen), "\(seen)") }
    }

    @Test("a profile that lets connections through has loopback, and still no way out")
    func services() throws {
        let socket = """
            { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] },
            { "names": ["connect"], "action": "SCMP_ACT_ALLOW" },
            """
        let test = try Self.selfTest("shell", [("shell.inner.json", "\"syscalls\": [", "\"syscalls\": [\(socket)")])
        #expect(try Self.accepts(test, "network.socket_inet", "ok"))
        #expect(try Self.accepts(test, "network.socket_inet6", "EPERM"))
        #expect(try Self.accepts(test, "network.tcp_public", "connect ENETUNREACH"))
        #expect(try !Self.accepts(test, "network.tcp_public", "socket EPERM"))
        #expect(try !Self.accepts(test, "network.tcp_public", "sent, unanswered"))
        #expect(try Self.accepts(test, "network.tcp_loopback", "connect ECONNREFUSED"))
        #expect(try !Self.accepts(test, "network.tcp_loopback", "connected"))
        let seen = ["ok", "EPERM", "EAFNOSUPPORT"]
        for text in seen {
            #expect(try !Self.accepts(test, "network.socket_inet_raw", text), "no profile lets these through")
        }
    }

    @Test("what no profile may let through is wrong whatever is seen, if one does")
    func weakened() throws {
        let trace = "{ \"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ALLOW\" },"
        let test = try Self.selfTest(
            "shell",
            [
                ("shell.inner.json", "\"syscalls\": [", "\"syscalls\": [\(trace)"),
                ("shell.outer.json", "\"syscalls\": [", "\"syscalls\": [\(trace)"),
            ])
        for seen in ["ok", "EPERM", "ESRCH"] { #expect(try !Self.accepts(test, "process.traceme", seen)) }
        #expect(try Self.accepts(test, "reach.101.0", "ESRCH"))
    }
}
