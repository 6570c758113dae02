import CellWire
import Glibc
import TestSupport
import Testing

@testable import Cell

@Suite struct LandlockTests {
    private typealias Rights = LandlockRules.Rights

    private func rules(abi: Int, entries: [String] = ["usr", "dev", "etc"]) -> LandlockRules {
        LandlockRules(abi: abi, work: "/work", entries: entries.map { Array($0.utf8) })
    }

    private func rights(_ path: String, in rules: LandlockRules) -> Rights? {
        rules.rules.first { $0.path == Array(path.utf8) }?.rights
    }

    @Test(
        "no right, scope or flag is asked of a kernel that its ABI does not have",
        arguments: [
            (2, 0x3FFF, 0, 0), (3, 0x7FFF, 0, 0), (4, 0x7FFF, 0, 0), (5, 0xFFFF, 0, 0), (6, 0xFFFF, 3, 0),
            (7, 0xFFFF, 3, 1), (99, 0xFFFF, 3, 1),
        ])
    func handled(abi: Int, rights: UInt64, scopes: UInt64, flags: UInt32) {
        let rules = rules(abi: abi)
        #expect(rules.abi == min(abi, 7), "a newer kernel's is not claimed to be in force")
        #expect((rules.handled.rawValue, rules.scopes, rules.flags) == (rights, scopes, flags))
        for rule in rules.rules { #expect(rule.rights.isSubset(of: rules.handled)) }
    }

    @Test("everything in the root can be read but /dev, whose five harmless devices have rules of their own")
    func reading() {
        let rules = rules(abi: 7)
        #expect(rights("/", in: rules) == [.execute, .readFolder])
        #expect(rights("/usr", in: rules) == .readFile)
        #expect(rights("/etc", in: rules) == .readFile)
        #expect(rights("/dev", in: rules) == nil)
        let devices = rules.rules.filter { $0.path.starts(with: Array("/dev".utf8)) }
        #expect(
            devices.map { String(decoding: $0.path, as: UTF8.self) }
                == ["null", "zero", "full", "random", "urandom"].map { "/dev/\($0)" })
        for device in devices { #expect(device.rights == [.readFile, .writeFile, .truncate, .controlDevice]) }
    }

    @Test("only /work, /tmp and the devices can be written, and no device can be made")
    func writing() {
        let rules = rules(abi: 7)
        let writable = rules.rules.filter { $0.rights.contains(.writeFile) && $0.kind == .folder }
        #expect(writable.map(\.path) == [Array("/work".utf8), Array("/tmp".utf8)])
        for rule in writable {
            #expect(rule.rights.isSuperset(of: [.makeFile, .makeFolder, .removeFile, .moveBetweenFolders, .truncate]))
            #expect(rule.rights.isDisjoint(with: [.makeCharacterDevice, .makeBlockDevice, .controlDevice]))
        }
        let changing: Rights = [.removeFile, .removeFolder, .makeFile, .makeLink, .moveBetweenFolders]
        for rule in rules.rules where !writable.contains(rule) { #expect(rule.rights.isDisjoint(with: changing)) }
    }

    /// The kernel's own judgement: it refuses a right that it does not know, and a folder's right on a file.
    @Test("a kernel takes the rules of its own ABI and of every older one", .enabled(if: Landlock.abi >= 2))
    func taken() async throws {
        try await TemporaryFolder.with { folder in
            for abi in CellWire.oldestLandlockABI...Landlock.abi {
                let rules = LandlockRules(
                    abi: abi, work: folder.path, entries: ["usr", "etc", "proc"].map { Array($0.utf8) })
                let ruleset = try Landlock.ruleset(rules)
                #expect(ruleset >= 0)
                #expect(fcntl(ruleset, F_GETFD) & FD_CLOEXEC != 0)
                close(ruleset)
            }
        }
    }

    @Test(
        "a folder that is missing, or that is a link or a file, is no folder to confine a tool to",
        .enabled(if: Landlock.abi >= 2))
    func missing() async throws {
        try await TemporaryFolder.with { folder in
            let file = try folder.write("", to: "file")
            #expect(symlink("/tmp", folder.file("link")) == 0)
            for (path, wanted) in [(folder.file("none"), ENOENT), (file, ENOTDIR), (folder.file("link"), ENOTDIR)] {
                let rules = LandlockRules(abi: 2, work: path, entries: [])
                #expect {
                    _ = try Landlock.ruleset(rules)
                } throws: { error in
                    guard case .setUp(wanted)? = error as? ToolProcess.Failure else { return false }
                    return true
                }
            }
        }
    }

    @Test("more names in a root than the bound are refused, and exactly as many are not")
    func bound() async throws {
        try await TemporaryFolder.with { folder in
            for number in 1...LandlockRules.entryBound { try folder.write("", to: "\(number)") }
            let count = try Landlock.entries(of: folder.path).count
            #expect(count == LandlockRules.entryBound)
            try folder.write("", to: "more")
            #expect {
                _ = try Landlock.entries(of: folder.path)
            } throws: { error in
                guard case .setUp(E2BIG)? = error as? ToolProcess.Failure else { return false }
                return true
            }
        }
    }

    @Test("this machine's root gives rules, all of whose places are there", .enabled(if: Landlock.abi >= 2))
    func ownRoot() throws {
        let rules = try #require(try Landlock.rules(work: "/tmp"))
        #expect(rules.abi == min(Landlock.abi, LandlockRules.newestABI))
        #expect(rights("/usr", in: rules) == .readFile)
        close(try Landlock.ruleset(rules))
    }
}
