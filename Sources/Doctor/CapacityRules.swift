import Model
import Ports

/// Whether one job of each profile fits into the engine's machine.
struct CapacityRules {
    let facts: DoctorFacts
    let info: EngineInfo

    /// What the engine's own part of each container takes beside its limit.
    static let beside = ByteCount.mebibytes(15)

    var finding: Finding {
        guard let total = info.memory else {
            return .unknown(
                .engineCapacity, .memoryUnknown, "The engine does not tell how much memory its machine has.",
                "Look for it: docker info --format '{{.MemTotal}}'")
        }
        let (name, wanted) = (facts.largest.profile, facts.largest.memory)
        let job = "a job of profile \(name) may use \(wanted)"
        let remedy = "Give jobs less with --limit memory=64MiB, or the machine more."
        guard total.bytes >= (wanted + Self.beside).bytes else {
            return .fail(
                .engineCapacity, .memoryTooSmall,
                "The engine's machine has \(total.bytes >> 20) MiB of memory, but \(job).",
                remedy)
        }
        if facts.isEngineHere, let free = facts.machine.availableMemory, free < wanted + Self.beside {
            return .warn(
                .engineCapacity, .memoryShort,
                "Only \(free.bytes >> 20) MiB of this machine's memory are free, but \(job): the kernel may kill others for it.",
                "See what takes it (ps aux --sort=-rss | head), or give jobs less with --limit memory=64MiB.")
        }
        return .ok(.engineCapacity, "The engine's machine has \(total.bytes >> 20) MiB of memory; \(job).")
    }
}
