import CellWire

/// Values with every member set to something that is not its default, so that a lost one is seen.
enum Samples {
    static var spec: CellSpec {
        CellSpec(
            command: ["python3", "", "a b\n", "ünï"], environment: ["A=1", "B=", "C=x=y"], hasStandardInput: true,
            outputCap: 1, resultCap: 2, artifactsCap: 3, runMilliseconds: 4, graceMilliseconds: 0,
            resultPath: "result.json", artifactPaths: ["a", "b/c"], filter: Array(0..<16), killsOnOutputCap: true,
            collectsChanges: true)
    }

    static var attestation: Attestation {
        var attestation = Attestation()
        attestation.protocolVersion = 1
        attestation.userIDs = [65_532, 1, 2, 3]
        attestation.groupIDs = [65_532]
        attestation.supplementaryGroups = [4, 5]
        attestation.capabilities = 0
        attestation.noNewPrivileges = true
        attestation.seccompMode = 2
        attestation.seccompFilters = 3
        attestation.interfaces = ["lo", "eth0"]
        attestation.mounts = [
            .init(path: "/", kind: "overlay", options: "ro"), .init(path: "/work", kind: "tmpfs", options: "rw,noexec"),
        ]
        attestation.memoryLimitBytes = 1 << 40
        attestation.pidsLimit = 64
        attestation.cpuQuotaMicroseconds = -1
        attestation.cpuPeriodMicroseconds = 100_000
        attestation.openFilesLimit = 256
        attestation.coreSizeLimit = 1
        attestation.isDumpable = false
        attestation.landlockABI = 7
        return attestation
    }

    static var toolPosture: ToolPosture {
        var posture = ToolPosture()
        posture.noNewPrivileges = true
        posture.seccompMode = 2
        posture.seccompFilters = 2
        posture.capabilities = 0x8000_0000_0000_0001
        posture.landlockABI = 6
        return posture
    }

    static func record(_ cause: CellRecord.EndCause = .ended) -> CellRecord {
        var record = CellRecord()
        record.cause = cause
        record.exitCode = 3
        record.signal = 9
        record.startError = 13
        record.runMicroseconds = 1
        record.cpuMicroseconds = 2
        record.peakMemoryBytes = 3
        record.stdoutBytes = 4
        record.stderrBytes = 5
        record.stdoutTruncated = true
        record.stderrTruncated = true
        record.oomKills = 6
        record.pidsLimitHit = true
        record.leftBehind = 7
        record.limitsHit = ["pids", "work"]
        record.refusals = [
            .init(number: 41, count: 3, firstArgument: 2), .init(number: 165, count: 1, firstArgument: .max),
        ]
        record.otherRefusals = 8
        return record
    }

    /// A field as it lies in a body.
    static func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [tag]
        bytes.append(littleEndian: UInt32(value.count))
        return bytes + value
    }
    static func field(_ tag: UInt8, _ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        return field(tag, bytes)
    }

    /// A body without its fields of one tag.
    static func body(_ body: [UInt8], without tag: UInt8) -> [UInt8] {
        var kept: [UInt8] = []
        var index = 0
        while index < body.count {
            let end = index + 5 + Int(body.littleEndian(at: index + 1, as: UInt32.self))
            if body[index] != tag { kept += body[index..<end] }
            index = end
        }
        return kept
    }

    /// Where the fields of a body begin, and where it ends.
    static func boundaries(_ body: [UInt8]) -> Set<Int> {
        var boundaries: Set<Int> = [0]
        var index = 0
        while index < body.count {
            index += 5 + Int(body.littleEndian(at: index + 1, as: UInt32.self))
            boundaries.insert(index)
        }
        return boundaries
    }
}

extension Frame {
    /// The key of the sandbox that these tests play.
    static let testKey: UInt64 = 0x8877_6655_4433_2211

    /// This frame as it stands on that sandbox's wire.
    var encoded: [UInt8] { encoded(key: Self.testKey) }
}
