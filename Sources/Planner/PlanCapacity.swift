package import Model

/// How much may be in use at once, all queues together.
package struct PlanCapacity: Sendable, Hashable {
    /// Jobs that have a sandbox: 1 or more.
    package var slots: Int
    /// Processor time that may be promised, in thousandths of a core, already multiplied by how far it is overcommitted.
    package var milliCPUs: Int
    /// Memory that may be promised, what goes with each sandbox included; never overcommitted.
    package var memory: ByteCount
    /// What each sandbox takes beside the memory of its job: the engine's own process for it.
    package var overhead: ByteCount
    /// Sandboxes that may be made at once: 1 or more.
    package var startsAtOnce: Int

    /// What the engine's process for one sandbox takes, rounded up.
    package static let shimOverhead = ByteCount.mebibytes(15)

    package init(
        slots: Int, milliCPUs: Int, memory: ByteCount, overhead: ByteCount = shimOverhead, startsAtOnce: Int = 8
    ) {
        (self.slots, self.milliCPUs, self.memory) = (slots, milliCPUs, memory)
        (self.overhead, self.startsAtOnce) = (overhead, startsAtOnce)
    }

    /// What a job is refused for because it would not fit if nothing else ran; `nil` if it fits.
    package func refusal(of limits: Limits) -> ModelError? {
        switch lack(milliCPUs: limits.milliCPUs, memory: limits.memory) {
        case nil: nil
        case .memory:
            .outOfRange(
                field: "limits.memory", value: "\(limits.memory)",
                allowed:
                    "at most \(ByteCount(bytes: max(0, memory.bytes - overhead.bytes))), which is all there is for jobs"
            )
        default:
            .outOfRange(
                field: "limits.cpus", value: Self.cores(limits.milliCPUs),
                allowed: "at most \(Self.cores(milliCPUs)), which is all there is for jobs")
        }
    }

    /// What a job would lack even if nothing else ran: ``WaitReason/memory``, ``WaitReason/cpu``, or nothing.
    package func lack(milliCPUs needed: Int, memory size: ByteCount) -> WaitReason? {
        if size + overhead > memory { return .memory }
        return needed > milliCPUs ? .cpu : nil
    }

    /// Thousandths of a core as cores, as in `1.5`.
    package static func cores(_ milliCPUs: Int) -> String {
        let (whole, rest) = milliCPUs.quotientAndRemainder(dividingBy: 1000)
        guard rest != 0 else { return "\(whole)" }
        var digits = String("\(1000 + rest)".dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
