import CellWire
import Foundation
import Model
import Ports
import Testing

@testable import SQLiteStore

@Suite struct StoredJSONTests {
    @Test("a spec's stored form is exactly this, so that its digest stays what it is")
    func specText() throws {
        let image = String(repeating: "1", count: 64)
        let (file, input) = (String(repeating: "8", count: 64), String(repeating: "9", count: 64))
        #expect(
            try StoredJSON.text(of: Samples.spec()) == """
                {"artifacts":["out/chart.svg"],"collects_changes":true,"command":["python3","-c","print(6 * 7)"],\
                "effect":"pure","environment":{"":"","HTTPServerURL":"b/c","camelCase":"a","snake_case":"ü\\u0001\\""},\
                "files":[{"digest":"sha256:\(file)","is_executable":true,"path":"data/in.csv","size_bytes":3072}],\
                "image_id":"sha256:\(image)","image_name":"python",\
                "limits":{"artifacts_bytes":67108864,"cpus_thousandths":1500,"files":1024,"grace_ms":2000,\
                "memory_bytes":268435456,"output_bytes":10485760,"pids":64,"pull_ms":300000,"queue_ms":3600000,\
                "result_bytes":1048576,"run_ms":60500,"start_ms":30000,"tmp_bytes":16777216,"total_ms":7200000,\
                "work_bytes":67108864},"output_policy":"kill","profile":"shell",\
                "retry":{"attempts":1,"base_ms":1000,"cap_ms":30000},\
                "stdin":{"digest":"sha256:\(input)","kind":"stored","size_bytes":2048}}
                """)
    }

    @Test("what is stored is read back as it was: specs, postures, records")
    func roundTrips() throws {
        func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
            try StoredJSON.value(StoredJSON.text(of: value), in: "a test")
        }
        #expect(try roundTrip(Samples.spec()) == Samples.spec())
        #expect(try roundTrip(Samples.posture) == Samples.posture)
        #expect(try roundTrip(Samples.attestation) == Samples.attestation)
        #expect(try roundTrip(Samples.outcome(JobID("abc000000000")).record) != nil)
        #expect(try roundTrip(ToolPosture()) == ToolPosture())
    }

    @Test("no key of a stored document is in the case of Swift's names")
    func snakeCase() throws {
        let texts = [
            try StoredJSON.text(of: Samples.attestation), try StoredJSON.text(of: CellRecord()),
            try StoredJSON.text(of: ToolPosture()), try StoredJSON.text(of: Samples.spec().limits),
        ]
        for text in texts {
            let document: JSONValue = try StoredJSON.value(text, in: "a test")
            for key in try #require(document.objectValue).keys { #expect(key == key.lowercased()) }
        }
    }

    @Test("equal specs have equal digests, others have others")
    func digest() throws {
        let digest = try JobSpecDigest.of(Samples.spec())
        #expect(digest.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil)
        #expect(try JobSpecDigest.of(Samples.spec()) == digest)
        #expect(try JobSpecDigest.of(Samples.spec(command: ["true"])) != digest)
    }

    @Test("text that is no such value is corrupt, and says where")
    func unreadable() throws {
        let error = #expect(throws: StoreError.self) {
            let _: JobSpec = try StoredJSON.value("{}", in: "the spec of job x")
        }
        guard case .corrupt(let detail) = error else { throw error ?? .notFound("an error") }
        #expect(detail.hasPrefix("the spec of job x cannot be read"))
    }
}
