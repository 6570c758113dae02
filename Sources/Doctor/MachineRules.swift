import Model
import Ports

/// Whether this machine's clocks will do, and the kernel that the sandboxes run on.
struct MachineRules {
    let facts: MachineFacts
    let engine: EngineFacts

    /// The cell opens files with openat2(2), which came with this kernel.
    static let leastKernel = [5, 6]
    /// How far calendar and monotonic clock may come apart while we look.
    static let clockTolerance = Duration.seconds(1)
    /// 2026-01-01: no release of ours is older.
    static let earliest = WallTime(milliseconds: 1_767_225_600_000)

    var findings: [Finding] { [clock, kernel] }

    private var clock: Finding {
        let follow = "Let the machine follow a time server (timedatectl set-ntp true)."
        guard facts.calendar >= Self.earliest else {
            return .warn(.clock, "The clock of this machine stands at \(facts.calendar.rfc3339), in the past.", follow)
        }
        guard facts.monotonicAdvance >= .zero else {
            return .fail(
                .clock, "The monotonic clock of this machine went backwards.", "Look at the machine's clock source.")
        }
        let apart = facts.calendarAdvance - facts.monotonicAdvance
        guard apart <= Self.clockTolerance, .zero - apart <= Self.clockTolerance else {
            return .warn(.clock, "The clock of this machine was set while we looked.", follow)
        }
        return .ok(.clock, "The clocks of this machine go as they should.")
    }

    /// The release of the engine's kernel; ours as long as the engine does not answer.
    private var sandboxKernel: String {
        guard case .success(let survey) = engine.survey else { return facts.kernelRelease }
        return survey.info.kernelVersion ?? facts.kernelRelease
    }

    private var kernel: Finding {
        let release = sandboxKernel
        let version = EngineControlRules.numbers(release)
        guard !version.lexicographicallyPrecedes(Self.leastKernel) || version.isEmpty else {
            return .fail(
                .kernel,
                "The kernel is \(release), but the cell needs \(Self.leastKernel.map(String.init).joined(separator: ".")).",
                "Update the kernel; Debian 11 and newer have one.")
        }
        // What follows was read on this machine.
        guard release == facts.kernelRelease else { return .ok(.kernel, "The engine's kernel is \(release).") }
        guard facts.seccompActions.isSuperset(of: ["errno", "kill_process", "user_notif"]) else {
            return .fail(
                .kernel, "The kernel \(release) cannot filter system calls as the profiles ask for.",
                "Use a kernel with CONFIG_SECCOMP_FILTER.")
        }
        // The cell takes the descriptor by which it hears of refused calls from the tool's process, its child.
        if let scope = facts.ptraceScope, scope >= 2 {
            return .fail(
                .kernel, "Yama keeps the cell from hearing of refused calls (kernel.yama.ptrace_scope is \(scope)).",
                "Let a process look at its own children: sysctl kernel.yama.ptrace_scope=1.")
        }
        let landlock = facts.securityModules.map { $0.contains("landlock") ? "with Landlock" : "without Landlock" }
        return .ok(
            .kernel,
            "Kernel \(release), with seccomp user notification, \(landlock ?? "Landlock not known").")
    }
}
