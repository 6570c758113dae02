import Foundation
import Model
package import Planner

/// What this machine has to give to jobs.
package enum HostCapacity {
    /// What a process gives that nobody has set up otherwise; the defaults of ``DaemonConfiguration``.
    package static let standard = capacity(slots: 64, startsAtOnce: 8, overcommit: 8) { $0.bytes / 100 * 80 }

    static func capacity(_ configuration: DaemonConfiguration) -> PlanCapacity {
        capacity(
            slots: configuration.slots, startsAtOnce: configuration.startsAtOnce,
            overcommit: configuration.cpuOvercommit
        ) { configuration.memory.amount(of: $0).bytes }
    }

    private static func capacity(
        slots: Int, startsAtOnce: Int, overcommit: Int, memory: (_ all: ByteCount) -> Int64
    ) -> PlanCapacity {
        let machine = ProcessInfo.processInfo
        let all = ByteCount(bytes: Int64(clamping: machine.physicalMemory))
        return PlanCapacity(
            slots: slots, milliCPUs: machine.activeProcessorCount * 1000 * overcommit,
            memory: ByteCount(bytes: memory(all)), startsAtOnce: startsAtOnce)
    }
}
