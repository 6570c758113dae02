import Doctor
import Testing

@Suite struct LockTableTests {
    private static let table = """
        1: POSIX  ADVISORY  WRITE 100 fe:01:1234 0 EOF
        2: FLOCK  ADVISORY  READ  101 fe:01:1234 0 EOF
        3: FLOCK  ADVISORY  WRITE 102 fe:01:9999 0 EOF
        4: FLOCK  ADVISORY  WRITE 103 fe:02:1234 0 EOF
        4: -> FLOCK  ADVISORY  WRITE 104 fe:01:1234 0 EOF
        5: FLOCK  ADVISORY  WRITE 0 00:1a:77 0 EOF
        """

    private func holder(_ text: String, major: UInt32 = 0xFE, minor: UInt32 = 1, inode: UInt64 = 1234, pid: Int? = nil)
        -> LockFacts
    {
        LockTable.holder(in: text, device: (major, minor), inode: inode, recorded: pid)
    }

    @Test("only an exclusive lock of flock(2) on this very file counts; who waits for one does not hold it")
    func others() {
        #expect(holder(Self.table) == .free)
        #expect(holder("") == .free)
        #expect(holder("nonsense\n6: FLOCK") == .free)
    }

    @Test("the holder is named")
    func held() {
        #expect(holder(Self.table + "\n6: FLOCK  ADVISORY  WRITE 105 fe:01:1234 0 EOF") == .held(pid: 105))
    }

    @Test("on a file system that shows two devices, the file and the recorded process name the lock")
    func otherDevice() {
        #expect(holder(Self.table, pid: 103) == .held(pid: 103))
        #expect(holder(Self.table, pid: 7) == .free)
    }

    @Test("a holder that the kernel does not show is the recorded one, or nobody we know")
    func hidden() {
        #expect(holder(Self.table, major: 0, minor: 0x1A, inode: 77, pid: 8) == .held(pid: 8))
        #expect(holder(Self.table, major: 0, minor: 0x1A, inode: 77) == .held(pid: nil))
    }
}

@Suite struct ProgramHeaderTests {
    @Test("a program without an interpreter is static")
    func isStatic() {
        #expect(ProgramHeader(Samples.elf())?.isStatic == true)
        #expect(ProgramHeader(Samples.elf(segments: [1, 3, 2]))?.isStatic == false)
        #expect(ProgramHeader(Samples.elf())?.architecture == "x86_64")
        #expect(ProgramHeader(Samples.elf(machine: 40))?.architecture == "machine 40")
    }

    @Test("what is cut short, or something else, is no program")
    func broken() {
        let whole = Samples.elf()
        for length in [0, 3, 6, 40, 63, whole.count - 56] { #expect(ProgramHeader(Array(whole.prefix(length))) == nil) }
        #expect(ProgramHeader(Array("#!/bin/sh\n".utf8)) == nil)
        var far = whole
        far.replaceSubrange(32..<40, with: [255, 255, 255, 255, 255, 255, 255, 127])
        #expect(ProgramHeader(far) == nil)
        var narrow = whole
        narrow[54] = 0
        #expect(ProgramHeader(narrow) == nil)
    }
}

@Suite struct FileSystemKindTests {
    private static let table = """
        22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
        30 22 0:25 / /h rw,relatime shared:9 - nfs4 server:/home rw
        31 30 0:26 / /h/a\\040b rw - fuse.sshfs host: rw
        32 22 0:27 / /tmp rw - ext4 /dev/vdb rw
        33 22 0:28 / /tmp rw - tmpfs tmpfs rw
        broken
        """

    @Test(
        "the longest mount point above a path tells its file system, the later of two in one place",
        arguments: [
            ("/", "ext4"), ("/homes/x", "ext4"), ("/h", "nfs4"), ("/h/x/y", "nfs4"),
            ("/h/a b/c", "fuse.sshfs"),
            ("/tmp/x", "tmpfs"),
        ])
    func table(_ path: String, _ wanted: String) {
        #expect(FileSystemKind(of: path, in: Self.table)?.name == wanted)
    }

    @Test("where a file system's bytes lie follows from its name")
    func place() {
        let places = ["ext4", "xfs", "overlay", "tmpfs", "nfs", "cifs", "fuse", "fuse.sshfs"].map {
            FileSystemKind(name: $0).place
        }
        #expect(places == [.local, .local, .local, .memory, .network, .network, .network, .network])
        #expect(FileSystemKind(of: "/x", in: "") == nil)
    }
}

@Suite struct KernelReleaseTests {
    @Test("Debian and Ubuntu tell the number behind theirs, others do not")
    func upstream() {
        let debian = "Linux version 5.10.0-27-amd64 (x@debian.org) (gcc-10) #1 SMP Debian 5.10.205-2 (2023-12-31)"
        #expect(KernelRelease.upstream(version: debian, signature: nil) == "5.10.205-2")
        let ubuntu = "Ubuntu 5.15.0-91.101-generic 5.15.131"
        #expect(KernelRelease.upstream(version: "Linux version 5.15.0-91-generic", signature: ubuntu) == "5.15.131")
        #expect(KernelRelease.upstream(version: "Linux version 6.18.44 #1 SMP", signature: nil) == nil)
        #expect(KernelRelease.upstream(version: nil, signature: nil) == nil)
    }

    @Test(
        "a kernel of a distribution whose real number has the mend, or that is older than the weakness, is not complained of",
        arguments: ["5.10.205-2", "5.10.102", "5.7.19", "5.15.25", "5.16.11", "5.17.0-1", "6.1.0-18"])
    func mended(_ upstream: String) {
        var facts = Samples.healthy
        facts.machine.upstreamKernel = upstream
        #expect(Diagnosis(facts).findings.allSatisfy { $0.level == .ok })
    }
}
