import Model
import Ports

/// Whether this machine's clocks and limits will do, and the kernel that the sandboxes run on.
struct MachineRules {
    let facts: DoctorFacts

    private var machine: MachineFacts { facts.machine }

    /// The cell opens files with openat2(2), which came with this kernel.
    static let leastKernel = VersionNumber(5, 6)
    /// From here on a signal cannot make a refused call begin anew (`SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV`, seccomp(2)).
    static let countingKernel = VersionNumber(5, 19)
    /// How far calendar and monotonic clock may come apart while we look.
    static let clockTolerance = Duration.seconds(1)
    /// 2026-01-01: no release of ours is older.
    static let earliest = WallTime(milliseconds: 1_767_225_600_000)
    /// Files that a run has open at once, at most: spools, the database, the engine's streams and the files it sends.
    static let leastOpenFiles = 256

    var findings: [Finding] {
        [openFiles, clock, kernel] + (facts.isEngineHere ? KernelSettingRules(facts: machine).findings : [])
    }

    private var openFiles: Finding {
        guard let limit = machine.openFiles else {
            return .unknown(
                .openFiles, .openFilesUnknown, "How many files `caisson` may have open cannot be read.",
                "Look for it: ulimit -n")
        }
        guard limit >= Self.leastOpenFiles else {
            return .warn(
                .openFiles, .fewOpenFiles,
                "`caisson` may have only \(limit) files open at once; a run with many files needs more.",
                "Raise the limit in the shell that starts it: ulimit -n 1024")
        }
        return .ok(.openFiles, "`caisson` may have \(limit) files open at once.")
    }

    private var clock: Finding {
        let follow = "Let the machine follow a time server: timedatectl set-ntp true"
        guard machine.calendar >= Self.earliest else {
            return .warn(
                .clock, .clockPast, "The clock of this machine stands at \(machine.calendar.rfc3339), in the past.",
                follow)
        }
        guard machine.monotonicAdvance >= .zero else {
            return .fail(
                .clock, .clockBackwards, "The monotonic clock of this machine went backwards.",
                "Look at the machine's clock source: cat /sys/devices/system/clocksource/clocksource0/current_clocksource"
            )
        }
        let apart = machine.calendarAdvance - machine.monotonicAdvance
        guard apart <= Self.clockTolerance, .zero - apart <= Self.clockTolerance else {
            return .warn(.clock, .clockSet, "The clock of this machine was set while we looked.", follow)
        }
        return .ok(.clock, "The clocks of this machine go as they should.")
    }

    /// The release of the engine's kernel; ours as long as the engine does not answer.
    private var sandboxKernel: String {
        guard case .success(let survey) = facts.engine.survey else { return machine.kernelRelease }
        return survey.info.kernelVersion ?? machine.kernelRelease
    }

    private var kernel: Finding {
        let release = sandboxKernel
        let update = "Update the kernel: apt-get install linux-image-amd64, then reboot."
        guard let version = VersionNumber(release) else {
            return .unknown(
                .kernel, .kernelUnknown, "The kernel is \(release), which is no number that we know.",
                "See whether it is \(Self.leastKernel) or newer: uname -r")
        }
        guard version >= Self.leastKernel else {
            return .fail(
                .kernel, .kernelTooOld, "The kernel is \(release), but the cell needs \(Self.leastKernel).", update)
        }
        if facts.isEngineHere, let finding = filters(release) { return finding }
        if let finding = mends(release, update) { return finding }
        guard version >= Self.countingKernel else {
            return .warn(
                .kernel, .kernelOld,
                "The kernel is \(release): before \(Self.countingKernel) a signal can make a refused call be counted twice.",
                update)
        }
        return .ok(.kernel, "The engine's kernel is \(release).")
    }

    /// What is known against the kernel, going by the number of those who make it and not of those who distribute it.
    private func mends(_ release: String, _ update: String) -> Finding? {
        let upstream = facts.isEngineHere ? machine.upstreamKernel ?? release : release
        guard let version = VersionNumber(upstream),
            let advisory = Advisory.kernel.first(where: { !$0.isMended(in: version) })
        else { return nil }
        let (names, mended) = (advisory.names.joined(separator: ", "), advisory.mended.map(\.description))
        guard !KernelRelease.hidesPatches(upstream) else {
            return .unknown(
                .kernel, .kernelMendsUnknown,
                "Whether the kernel \(release) has the mend of \(names) (\(mended.joined(separator: ", "))) cannot be told from its "
                    + "number, which is its distribution's.",
                "See the distribution's own list of \(names), and keep the kernel up to date.")
        }
        return .fail(
            .kernel, advisory.problem,
            "The kernel \(upstream) has \(names) (mended in \(mended.joined(separator: ", "))): \(advisory.danger); "
                + "\(advisory.inTheWay).", update)
    }

    /// What is wrong with the filters of this machine's kernel.
    private func filters(_ release: String) -> Finding? {
        guard let actions = machine.seccompActions else {
            return .unknown(
                .kernel, .kernelUnknown, "Which filters of system calls the kernel \(release) has cannot be read.",
                "Look for them: sysctl kernel.seccomp.actions_avail")
        }
        guard actions.isSuperset(of: ["errno", "kill_process"]) else {
            return .fail(
                .kernel, .kernelCannotFilter,
                "The kernel \(release) cannot filter system calls as the profiles ask for.",
                "Use a kernel with CONFIG_SECCOMP_FILTER, 4.14 or newer.")
        }
        guard actions.contains("user_notif") else {
            return .fail(
                .kernel, .kernelAsksNobody,
                "The kernel \(release) cannot ask the cell about system calls that a filter leaves open.",
                "Use a kernel with CONFIG_SECCOMP_FILTER, 5.0 or newer.")
        }
        // The cell takes the descriptor by which it hears of refused calls from the tool's process, its child. Without Yama there is
        // no such setting.
        if let text = machine.settings[.ptraceScope], let scope = Int(text), scope >= 2 {
            return .fail(
                .kernel, .kernelYama,
                "Yama keeps the cell from hearing of refused calls (kernel.yama.ptrace_scope is \(scope)).",
                "Let a process look at its own children: sysctl -w kernel.yama.ptrace_scope=1"
                    + (scope == 3 ? " in /etc/sysctl.d, then reboot: 3 cannot be taken back." : ""))
        }
        return nil
    }
}
