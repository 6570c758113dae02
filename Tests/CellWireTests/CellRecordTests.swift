import CellWire
import Foundation
import Testing

/// The stored forms: their names are frozen, whatever the Swift names become.
@Suite struct CellRecordTests {
    private func members(of value: some Encodable) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any]
        return Set(try #require(object).keys)
    }

    private func round<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test("a record rounds, and each of its members has its frozen name")
    func record() throws {
        #expect(try round(Samples.record()) == Samples.record())
        #expect(try round(CellRecord()) == CellRecord())
        #expect(
            try members(of: Samples.record()) == [
                "cause", "exit_code", "signal", "start_error", "run_us", "cpu_us", "peak_memory_bytes", "stdout_bytes",
                "stderr_bytes", "stdout_truncated", "stderr_truncated", "oom_kills", "pids_limit_hit", "left_behind",
                "limits_hit", "refusals", "other_refusals",
            ])
        var members = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(CellRecord())) as? [String: Any])
        for later in ["limits_hit", "refusals", "other_refusals"] { members[later] = nil }
        let earlier = try JSONSerialization.data(withJSONObject: members)
        #expect(try JSONDecoder().decode(CellRecord.self, from: earlier) == CellRecord())
    }

    @Test(
        "an end cause is stored as a word",
        arguments: [
            (CellRecord.EndCause.ended, "ended"), (.clock, "clock"), (.cancelled, "cancelled"),
            (.notStarted, "not_started"), (.outputCap, "output_cap"),
        ])
    func cause(_ cause: CellRecord.EndCause, _ word: String) throws {
        let bytes = try JSONEncoder().encode([cause])
        #expect(String(decoding: bytes, as: UTF8.self) == "[\"\(word)\"]")
        #expect(try JSONDecoder().decode([CellRecord.EndCause].self, from: bytes) == [cause])
    }

    @Test("a word that is no end cause is refused")
    func unknownCause() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([CellRecord.EndCause].self, from: Data("[\"won\"]".utf8))
        }
    }

    @Test("an attestation and a posture round, and each of their members has its frozen name")
    func attestation() throws {
        #expect(try round(Samples.attestation) == Samples.attestation)
        #expect(try round(Samples.toolPosture) == Samples.toolPosture)
        #expect(
            try members(of: Samples.attestation) == [
                "protocol_version", "user_ids", "group_ids", "supplementary_groups", "capabilities",
                "no_new_privileges", "seccomp_mode", "seccomp_filters", "interfaces", "mounts", "memory_limit_bytes",
                "pids_limit", "cpu_quota_us", "cpu_period_us", "open_files_limit", "core_size_limit", "is_dumpable",
                "landlock_abi",
            ])
        let posture: Set = ["no_new_privileges", "seccomp_mode", "seccomp_filters", "capabilities", "landlock_abi"]
        #expect(try members(of: Samples.toolPosture) == posture)
        // What was stored before there was Landlock says nothing of it, which is not the same as none.
        #expect(try members(of: Attestation()).contains("landlock_abi") == false)
        #expect(try round(Attestation()).landlockABI == nil)
        #expect(try round(ToolPosture()).landlockABI == nil)
    }
}
