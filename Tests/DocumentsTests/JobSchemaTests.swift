import Documents
import Foundation
import Model
import Testing

/// The published schema, held equal to what the reader takes.
@Suite struct JobSchemaTests {
    private func schema() throws -> JSONValue {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = try Data(contentsOf: root.appending(path: "Docs/Schemas/job.schema.json"))
        return try JSONDecoder().decode(JSONValue.self, from: bytes)
    }

    private func names(_ value: JSONValue?) throws -> Set<String> { Set(try #require(value?.objectValue).keys) }

    @Test("it has the reader's keys and no other, at every level")
    func keys() throws {
        let schema = try schema()
        let properties = schema["properties"]
        #expect(try names(properties) == Set(JobDocument.Key.allCases.map(\.rawValue)))
        #expect(schema["additionalProperties"] == false)
        #expect(schema["required"] == ["kind"])
        #expect(try names(properties?["limits"]?["properties"]) == Set(LimitField.allCases.map(\.rawValue)))
        let contents = Set(JobDocument.ContentKey.allCases.map(\.rawValue))
        let file = properties?["files"]?["additionalProperties"]
        #expect(try names(file?["properties"]) == contents.union([JobDocument.File.executableKey]))
        #expect(try names(properties?["stdin"]?["properties"]) == contents)
        let retry = properties?["retry"]
        #expect(try names(retry?["properties"]) == Set(JobDocument.RetryKey.allCases.map(\.rawValue)))
        let concurrency = properties?["concurrency"]
        #expect(try names(concurrency?["properties"]) == Set(JobDocument.ConcurrencyKey.allCases.map(\.rawValue)))
        for closed in [properties?["limits"], file, properties?["stdin"], retry, concurrency] {
            #expect(closed?["additionalProperties"] == false)
        }
        for open in [file, properties?["stdin"]] {
            let required = try #require(open?["oneOf"]?.arrayValue).compactMap { $0["required"]?.arrayValue?.first }
            #expect(Set(required.compactMap(\.stringValue)) == contents)
        }
    }

    @Test("it has the words and bounds of the reader")
    func words() throws {
        let properties = try schema()["properties"]
        #expect(properties?["kind"]?["const"]?.stringValue == JobDocument.kind)
        let effects = properties?["effect"]?["enum"]?.arrayValue?.compactMap(\.stringValue)
        #expect(effects == Effect.allCases.map(\.rawValue))
        let attempts = properties?["retry"]?["properties"]?["attempts"]
        #expect(attempts?["maximum"]?.integerValue == Int64(RetryPolicy.mostAttempts))
        let priority = properties?["priority"]
        #expect(priority?["minimum"]?.integerValue == Int64(Placement.priorities.lowerBound))
        #expect(priority?["maximum"]?.integerValue == Int64(Placement.priorities.upperBound))
        let policies = properties?["output_policy"]?["enum"]?.arrayValue?.compactMap(\.stringValue)
        #expect(policies == JobSpec.OutputPolicy.allCases.map(\.rawValue))
        #expect(properties?["files"]?["maxProperties"]?.integerValue == Int64(JobSpec.Bounds.files))
        #expect(properties?["artifacts"]?["maxItems"]?.integerValue == Int64(JobSpec.Bounds.artifacts))
        #expect(properties?["egress"]?["maxItems"] == 0)
        let path = try schema()["$defs"]?["work_path"]
        #expect(path?["maxLength"]?.integerValue == Int64(JobSpec.Bounds.path))
    }

    @Test("each limit has its type, its range, and its meaning", arguments: LimitField.allCases)
    func limit(_ field: LimitField) throws {
        let limit = try #require(try schema()["properties"]?["limits"]?["properties"]?[field.rawValue])
        #expect(limit["description"]?.stringValue == "\(field.summary) Range: \(field.allowed).")
        switch field.unit {
        case .cores:
            #expect(limit["type"] == "number")
            #expect(limit["minimum"] == .number(Double(field.range.lowerBound) / 1000))
            #expect(limit["maximum"]?.integerValue == field.range.upperBound / 1000)
            #expect(limit["multipleOf"] == .number(0.001))
        case .count:
            #expect(limit["type"] == "integer")
            #expect(limit["minimum"]?.integerValue == field.range.lowerBound)
            #expect(limit["maximum"]?.integerValue == field.range.upperBound)
        case .bytes, .time:
            #expect(limit["type"] == "string")
            let pattern = try #require(limit["pattern"]?.stringValue)
            let units = field.unit == .bytes ? "(B|KiB|MiB|GiB)" : "(ms|s|m|h|d)"
            #expect(pattern == "^[0-9]+\(units)$")
        }
    }
}
