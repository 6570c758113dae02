import Foundation
import Hardening
import Model
import Testing

/// The published schemas of a profile's files, held equal to what the reader takes.
@Suite struct ProfileSchemaTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func json(_ path: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: try Data(contentsOf: root.appending(path: path)))
    }

    private static func schema(ofFile file: String) throws -> SchemaCheck {
        let isList = file.hasSuffix(".outer.json") || file.hasSuffix(".inner.json")
        return SchemaCheck(try json("Docs/Schemas/\(isList ? "profile-list" : "profile").schema.json"))
    }

    @Test("every built-in file is as its schema says")
    func builtIn() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Profiles").path)
            .filter { $0.hasSuffix(".json") }
        #expect(Set(files) == Set(ProfileSet.builtIn.names.flatMap(ProfileSet.fileNames)))
        for file in files {
            let mistakes = try Self.schema(ofFile: file).mistakes(try Self.json("Profiles/\(file)"))
            #expect(mistakes == [], "\(file)")
        }
    }

    /// A change to one of the files of `shell`.
    struct Change: Sendable, CustomTestStringConvertible {
        let ending: String
        let old: String
        let new: String
        var testDescription: String { "\(ending): \(new)" }

        init(_ ending: String, _ old: String, _ new: String) { (self.ending, self.old, self.new) = (ending, old, new) }
    }

    /// Whether schema and reader take the changed file.
    private func verdicts(_ change: Change) throws -> (schema: Bool, reader: Bool) {
        var files: [String: [UInt8]] = [:]
        for name in ProfileSet.fileNames(of: "shell") {
            files[name] = Array(try Data(contentsOf: Self.root.appending(path: "Profiles/\(name)")))
        }
        let name = "shell.\(change.ending)"
        let text = String(decoding: try #require(files[name]), as: UTF8.self)
        let range = try #require(text.range(of: change.old), "\(change.old) is not in \(name)")
        let changed = text.replacingCharacters(in: range, with: change.new)
        files[name] = Array(changed.utf8)
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(changed.utf8))
        let schemaTakes = try Self.schema(ofFile: name).mistakes(value).isEmpty
        do {
            _ = try Profile(files: files, name: "shell")
            return (schemaTakes, true)
        } catch {
            return (schemaTakes, false)
        }
    }

    private static let rule = "\"names\": [\"clone\"]"
    private static let condition =
        "{\"index\": 0, \"value\": 2114060416, \"valueTwo\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"}"

    static let broken: [Change] = [
        // The document.
        Change("json", "\"name\": \"shell\",", ""), Change("json", "\"name\": \"shell\"", "\"name\": \"Shell\""),
        Change("json", "\"name\": \"shell\"", "\"name\": 1"),
        Change("json", "\"name\"", "\"extra\": 1, \"name\""), Change("json", "\"description\":", "\"describes\":"),
        Change("json", "\"pids\": 64", "\"pids\": 1"), Change("json", "\"pids\": 64", "\"pids\": 32769"),
        Change("json", "\"pids\": 64", "\"pids\": \"64\""), Change("json", "\"pids\": 64", "\"pids\": 64.5"),
        Change("json", "\"pids\": 64", "\"pids\": null"), Change("json", "\"pids\": 64,", ""),
        Change("json", "\"pids\": 64", "\"threads\": 1, \"pids\": 64"),
        Change("json", "\"work_bytes\": 67108864", "\"work_bytes\": 67108865"),
        Change("json", "\"cpus_thousandths\": 1000", "\"cpus_thousandths\": 0"),
        Change("json", "\"masked_paths\": [", "\"masked_paths\": [\"proc/kcore\", "),
        Change("json", "\"masked_paths\": [", "\"masked_paths\": [\"/proc/../kcore\", "),
        Change("json", "\"masked_paths\": [", "\"masked_paths\": [\"/.\", "),
        Change("json", "\"masked_paths\": [", "\"masked_paths\": [1, "),
        Change("json", "\"read_only_paths\": [\"/proc/bus\", ", "\"read_only_paths\": [\"/proc/bus/..\", "),
        Change("json", "\"executable_work\": false", "\"executable_work\": 0"),
        Change("json", "\"executable_work\": false", "\"executable_work\": \"no\""),
        Change("json", ",\n  \"executable_work\": false", ""),
        Change("json", "\"when_available\"", "\"never\""), Change("json", "\"when_available\"", "true"),
        Change("json", "\"landlock\": \"when_available\",", ""),
        // The lists.
        Change("inner.json", "\"SCMP_ACT_NOTIFY\"", "\"SCMP_ACT_ALLOW\""),
        Change("inner.json", "\"SCMP_ACT_NOTIFY\"", "\"SCMP_ACT_LOG\""),
        Change("outer.json", "\"defaultAction\"", "\"defaultErrnoRet\": 1, \"defaultAction\""),
        Change("outer.json", "\"defaultAction\": \"SCMP_ACT_ERRNO\",", ""),
        Change("outer.json", "[\"SCMP_ARCH_X86_64\"]", "[]"),
        Change("outer.json", "[\"SCMP_ARCH_X86_64\"]", "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]"),
        Change("outer.json", "[\"SCMP_ARCH_X86_64\"]", "\"SCMP_ARCH_X86_64\""),
        Change("inner.json", rule, "\"names\": []"), Change("inner.json", rule, "\"names\": [56]"),
        Change("inner.json", rule, "\"name\": \"clone\""), Change("inner.json", rule, rule + ", \"minKernel\": \"5\""),
        Change("inner.json", rule, rule + ", \"errnoRet\": 1"),
        Change("inner.json", "\"errnoRet\": 38", "\"errnoRet\": 4096"),
        Change("inner.json", "\"errnoRet\": 38", "\"errnoRet\": -1"),
        Change("inner.json", condition, "{\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}"),
        Change("inner.json", condition, "{\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\"}"),
        Change("inner.json", condition, "{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_NE\"}"),
        Change("inner.json", condition, "{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_MASKED_EQ\"}"),
        Change("inner.json", condition, "{\"index\": 0, \"value\": 1, \"valueTwo\": 1, \"op\": \"SCMP_CMP_EQ\"}"),
        Change("inner.json", condition, "{\"value\": 1, \"op\": \"SCMP_CMP_EQ\"}"),
        Change("inner.json", condition, "{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\", \"mask\": 1}"),
    ]

    @Test("what the schema refuses, the reader refuses", arguments: broken)
    func refused(_ change: Change) throws {
        let verdicts = try verdicts(change)
        #expect(!verdicts.schema && !verdicts.reader, "schema \(verdicts.schema), reader \(verdicts.reader)")
    }

    static let sound: [Change] = [
        Change("json", "\"pids\": 64", "\"pids\": 65"), Change("json", "\"queue_ms\": 3600000,", ""),
        Change("json", "\"executable_work\": false", "\"executable_work\": true"),
        Change("json", "\"when_available\"", "\"required\""),
        Change("json", "\"masked_paths\": [", "\"masked_paths\": [\"/proc/..x/.y\", "),
        Change("inner.json", "\"SCMP_ACT_NOTIFY\"", "\"SCMP_ACT_KILL_PROCESS\""),
        Change("inner.json", "\"errnoRet\": 38", "\"errnoRet\": 0"),
        Change("inner.json", rule, "\"names\": [\"none\"]"),
        Change("inner.json", condition, "{\"index\": 5, \"value\": 0, \"op\": \"SCMP_CMP_EQ\"}"),
        Change(
            "inner.json", condition,
            "{\"index\": 0, \"value\": 18446744073709551615, \"valueTwo\": 1, \"op\": \"SCMP_CMP_MASKED_EQ\"}"),
        Change("inner.json", "\"comment\": \"threads and processes, no new namespaces\",", ""),
    ]

    @Test("what the schema takes, the reader takes", arguments: sound)
    func taken(_ change: Change) throws {
        let verdicts = try verdicts(change)
        #expect(verdicts.schema && verdicts.reader, "schema \(verdicts.schema), reader \(verdicts.reader)")
    }

    @Test("what the reader alone refuses is what the schemas say that they leave to it")
    func readersOwn() throws {
        for change in [
            Change("json", "\"name\": \"shell\"", "\"name\": \"other\""),
            Change("json", "\"work_bytes\": 67108864", "\"work_bytes\": 268435456"),
            Change("json", "\"total_ms\": 7200000", "\"total_ms\": 60000"),
            Change("outer.json", "\"SCMP_ACT_ERRNO\"", "\"SCMP_ACT_NOTIFY\""),
        ] {
            let verdicts = try verdicts(change)
            #expect(verdicts.schema && !verdicts.reader, "\(change)")
        }
    }

    @Test("each limit has its range, its step and its meaning, and no other is there")
    func limits() throws {
        let limits = try Self.json("Docs/Schemas/profile.schema.json")["properties"]?["limits"]
        let properties = try #require(limits?["properties"]?.objectValue)
        var keys: Set<String> = []
        for field in LimitField.allCases {
            let ending =
                switch field.unit {
                case .cores: "_thousandths"
                case .count: ""
                case .bytes: "_bytes"
                case .time: "_ms"
                }
            keys.insert(field.rawValue + ending)
            let limit = properties[field.rawValue + ending]
            #expect(limit?["type"] == "integer")
            #expect(limit?["minimum"]?.integerValue == field.range.lowerBound, "\(field)")
            #expect(limit?["maximum"]?.integerValue == field.range.upperBound, "\(field)")
            #expect(limit?["multipleOf"]?.integerValue ?? 1 == field.granularity, "\(field)")
            #expect(limit?["description"]?.stringValue == field.summary)
        }
        #expect(Set(properties.keys) == keys)
    }
}
