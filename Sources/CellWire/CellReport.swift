/// What the cell tells the daemon, in this order: an attestation; then `started` and a record, or a record alone when the
/// command could not be started or was cancelled before, or `refused`.
package enum CellReport: Sendable, Hashable {
    case attestation(Attestation)
    /// The tool's process stands behind its filters and was let go.
    case started(ToolPosture)
    /// The cell will not run what it was given; nothing was run.
    case refused(Refusal)
    case record(CellRecord)

    /// Why the cell refused.
    package struct Refusal: Sendable, Hashable {
        /// A stable word: `bad_order`, `input_failed`, `filter_not_applied`, `landlock_not_applied`,
        /// `start_failed`.
        package var code: String
        package var detail: String

        package init(code: String, detail: String) { (self.code, self.detail) = (code, detail) }
    }

    package var message: Message {
        var fields = FieldWriter()
        switch self {
        case .attestation(let attestation):
            attestation.write(to: &fields)
            return Message(kind: 1, body: fields.bytes)
        case .started(let posture):
            fields.put(1, posture.noNewPrivileges)
            fields.put(2, posture.seccompMode)
            fields.put(3, posture.seccompFilters)
            fields.put(4, posture.capabilities)
            fields.put(5, posture.landlockABI)
            return Message(kind: 2, body: fields.bytes)
        case .refused(let refusal):
            fields.put(1, refusal.code)
            fields.put(2, refusal.detail)
            return Message(kind: 3, body: fields.bytes)
        case .record(let record):
            record.write(to: &fields)
            return Message(kind: 4, body: fields.bytes)
        }
    }

    package init(_ message: Message) throws(MessageError) {
        let fields = try FieldReader(message.body)
        switch message.kind {
        case 1: self = .attestation(Attestation(fields))
        case 2:
            var posture = ToolPosture()
            posture.noNewPrivileges = fields.flag(1)
            posture.seccompMode = fields.integer(2) ?? 0
            posture.seccompFilters = fields.integer(3) ?? 0
            posture.capabilities = fields.number(4) ?? .max
            posture.landlockABI = fields.integer(5)
            self = .started(posture)
        case 3: self = .refused(Refusal(code: fields.string(1), detail: fields.string(2)))
        case 4: self = .record(try CellRecord(fields))
        default: throw .unknownKind(message.kind)
        }
    }
}

extension Attestation {
    fileprivate func write(to fields: inout FieldWriter) {
        fields.put(1, protocolVersion)
        for id in userIDs { fields.put(2, id) }
        for id in groupIDs { fields.put(3, id) }
        for id in supplementaryGroups { fields.put(4, id) }
        fields.put(5, capabilities)
        fields.put(6, noNewPrivileges)
        fields.put(7, seccompMode)
        fields.put(8, seccompFilters)
        fields.put(9, interfaces)
        for mount in mounts {
            var inner = FieldWriter()
            inner.put(1, mount.path)
            inner.put(2, mount.kind)
            inner.put(3, mount.options)
            fields.put(10, inner.bytes)
        }
        fields.put(11, memoryLimitBytes)
        fields.put(12, pidsLimit)
        fields.put(13, cpuQuotaMicroseconds)
        fields.put(14, cpuPeriodMicroseconds)
        fields.put(15, openFilesLimit)
        fields.put(16, coreSizeLimit)
        fields.put(17, isDumpable)
        fields.put(18, landlockABI)
    }

    fileprivate init(_ fields: FieldReader) {
        self.init()
        protocolVersion = fields.integer(1) ?? 0
        userIDs = fields.integers(2)
        groupIDs = fields.integers(3)
        supplementaryGroups = fields.integers(4)
        capabilities = fields.number(5) ?? .max
        noNewPrivileges = fields.flag(6)
        seccompMode = fields.integer(7) ?? 0
        seccompFilters = fields.integer(8) ?? 0
        interfaces = fields.strings(9)
        mounts = fields.all(10).compactMap {
            guard let inner = try? FieldReader($0) else { return nil }  // ignored: a torn mount is a missing mount
            return Mount(path: inner.string(1), kind: inner.string(2), options: inner.string(3))
        }
        memoryLimitBytes = fields.integer(11) ?? -1
        pidsLimit = fields.integer(12) ?? -1
        cpuQuotaMicroseconds = fields.integer(13) ?? -1
        cpuPeriodMicroseconds = fields.integer(14) ?? -1
        openFilesLimit = fields.integer(15) ?? -1
        coreSizeLimit = fields.integer(16) ?? -1
        isDumpable = fields.number(17) != 0
        landlockABI = fields.integer(18)
    }
}

extension CellRecord {
    fileprivate func write(to fields: inout FieldWriter) {
        fields.put(1, Int(cause.rawValue))
        fields.put(2, exitCode)
        fields.put(3, signal)
        fields.put(4, startError)
        fields.put(5, runMicroseconds)
        fields.put(6, cpuMicroseconds)
        fields.put(7, peakMemoryBytes)
        fields.put(8, stdoutBytes)
        fields.put(9, stderrBytes)
        fields.put(10, stdoutTruncated)
        fields.put(11, stderrTruncated)
        fields.put(12, oomKills)
        fields.put(13, pidsLimitHit)
        fields.put(14, leftBehind)
        fields.put(15, limitsHit)
        for refusal in refusals {
            var inner = FieldWriter()
            inner.put(1, refusal.number)
            inner.put(2, refusal.count)
            inner.put(3, refusal.firstArgument)
            fields.put(16, inner.bytes)
        }
        fields.put(17, otherRefusals)
    }

    /// - Throws: ``MessageError/malformed(_:)`` without a cause that is known: a success must never be made up.
    fileprivate init(_ fields: FieldReader) throws(MessageError) {
        self.init()
        guard let cause = fields.integer(1).flatMap(UInt8.init(exactly:)).flatMap(EndCause.init(rawValue:)) else {
            throw .malformed("a record without an end cause")
        }
        self.cause = cause
        exitCode = fields.integer(2)
        signal = fields.integer(3)
        startError = fields.integer(4)
        runMicroseconds = fields.integer(5) ?? 0
        cpuMicroseconds = fields.integer(6) ?? 0
        peakMemoryBytes = fields.integer(7) ?? 0
        stdoutBytes = fields.integer(8) ?? 0
        stderrBytes = fields.integer(9) ?? 0
        stdoutTruncated = fields.flag(10)
        stderrTruncated = fields.flag(11)
        oomKills = fields.integer(12) ?? 0
        pidsLimitHit = fields.flag(13)
        leftBehind = fields.integer(14) ?? 0
        limitsHit = fields.strings(15)
        refusals = fields.all(16).compactMap {
            // ignored: a torn refusal is none
            guard let inner = try? FieldReader($0), let number = inner.integer(1), let count = inner.integer(2) else {
                return nil
            }
            return Refusal(number: number, count: count, firstArgument: inner.number(3) ?? 0)
        }
        otherRefusals = fields.integer(17) ?? 0
    }
}
