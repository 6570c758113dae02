import CCell
import CellWire
import Glibc

/// The kernel's Landlock, by which a tool is confined before its inner filter is loaded.
enum Landlock {
    /// The kernel's ABI; 0 if it has no Landlock or has it switched off, -1 if it cannot be asked.
    static var abi: Int {
        let abi = caisson_cell_landlock_abi()
        if abi >= 0 { return Int(abi) }
        return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1
    }

    /// The rules for a tool in this container; `nil` where the kernel has no Landlock that is of use.
    ///
    /// - Throws: ``ToolProcess/Failure/setUp(_:)`` if the kernel cannot be asked, or `/` not be looked through.
    static func rules(work: String) throws(ToolProcess.Failure) -> LandlockRules? {
        let abi = abi
        guard abi >= 0 else { throw .setUp(EPERM) }
        guard abi >= CellWire.oldestLandlockABI else { return nil }
        return LandlockRules(abi: abi, work: work, entries: try entries(of: "/"))
    }

    /// The names in a folder.
    ///
    /// - Throws: ``ToolProcess/Failure/setUp(_:)`` if there are more than ``LandlockRules/entryBound``.
    static func entries(of path: String) throws(ToolProcess.Failure) -> [[UInt8]] {
        let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .setUp(errno) }
        defer { close(folder) }
        guard let entries = Kernel.names(inFolder: folder, limit: LandlockRules.entryBound + 1) else {
            throw .setUp(errno)
        }
        guard entries.count <= LandlockRules.entryBound else { throw .setUp(E2BIG) }
        return entries
    }

    /// A ruleset of the kernel's: its descriptor, closed at exec, which is the caller's to close.
    ///
    /// - Throws: ``ToolProcess/Failure/setUp(_:)``.
    static func ruleset(_ rules: LandlockRules) throws(ToolProcess.Failure) -> Int32 {
        let ruleset = caisson_cell_landlock_ruleset(rules.handled.rawValue, rules.scopes)
        guard ruleset >= 0 else { throw .setUp(errno) }
        do throws(ToolProcess.Failure) {
            for rule in rules.rules { try add(rule, to: ruleset) }
        } catch {
            close(ruleset)
            throw error
        }
        return ruleset
    }

    private static func add(_ rule: LandlockRules.Rule, to ruleset: Int32) throws(ToolProcess.Failure) {
        let place = Kernel.look(rule.path)
        if case .device = rule.kind, place < 0 { return }
        guard place >= 0 else { throw .setUp(errno) }
        defer { close(place) }
        var status = stat()
        guard unsafe fstat(place, &status) == 0 else { throw .setUp(errno) }
        switch rule.kind {
        case .any: break
        case .folder: guard status.st_mode & S_IFMT == S_IFDIR else { throw .setUp(ENOTDIR) }
        case .device(let number):
            guard status.st_mode & S_IFMT == S_IFCHR, status.st_rdev == number else { return }
        }
        guard caisson_cell_landlock_allow(ruleset, place, rule.rights.rawValue) == 0 else { throw .setUp(errno) }
    }
}
