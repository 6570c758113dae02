import Doctor
import Foundation
import Glibc
import Model

/// What this machine's kernel shows of itself: its files are read, nothing is tried.
enum MachineLook {
    static var hostName: String { text(at: "/proc/sys/kernel/hostname") ?? "unknown" }

    /// - Parameters:
    ///   - calendar: when the looking began.
    ///   - calendarAdvance: how far the calendar went since then, and likewise for the monotonic clock.
    static func facts(
        calendar: WallTime, calendarAdvance: Duration, monotonicAdvance: Duration
    ) -> MachineFacts {
        var facts = MachineFacts(
            hostName: hostName, kernelRelease: text(at: "/proc/sys/kernel/osrelease") ?? "unknown",
            architecture: architecture, calendar: calendar, calendarAdvance: calendarAdvance,
            monotonicAdvance: monotonicAdvance)
        facts.upstreamKernel = KernelRelease.upstream(
            version: text(at: "/proc/version"), signature: text(at: "/proc/version_signature"))
        facts.seccompActions = words(at: "/proc/sys/kernel/seccomp/actions_avail", between: " ")
        facts.securityModules = words(at: "/sys/kernel/security/lsm", between: ",")
        for setting in KernelSetting.allCases { facts.settings[setting] = text(at: setting.path) }
        facts.availableMemory = availableMemory
        facts.openFiles = openFiles
        return facts
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }

    /// - Source: proc_meminfo(5); the numbers are KiB.
    private static var availableMemory: ByteCount? {
        let lines = text(at: "/proc/meminfo")?.split(separator: "\n") ?? []
        let words = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ") ?? []
        return words.dropFirst().first.flatMap { Int64($0) }.map { .kibibytes($0) }
    }

    /// The soft limit, which is the one that counts.
    private static var openFiles: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// What stands in a small file of the kernel's, without the end of its last line.
    static func text(at path: String) -> String? {
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func words(at path: String, between separator: Character) -> Set<String>? {
        text(at: path).map { Set($0.split(separator: separator).map(String.init)) }
    }
}
