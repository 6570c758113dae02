import Documents
import Foundation
import Model
import Testing

/// The published schemas of graphs and lists, held equal to what the reader takes, and the examples.
@Suite struct GraphSchemaTests {
    static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs")

    private func schema(_ name: String) throws -> JSONValue {
        let bytes = try Data(contentsOf: Self.docs.appending(path: "Schemas/\(name).schema.json"))
        return try JSONDecoder().decode(JSONValue.self, from: bytes)
    }

    private func names(_ value: JSONValue?) throws -> Set<String> { Set(try #require(value?.objectValue).keys) }

    @Test("they have the reader's keys and no other, at every level")
    func keys() throws {
        let (graph, list) = (try schema("graph"), try schema("list"))
        let top = Set(GraphDocument.Key.allCases.map(\.rawValue))
        #expect(try names(graph["properties"]) == top)
        let second = list["oneOf"]?.arrayValue?.last
        #expect(try names(second?["properties"]) == top)
        let job = Set(GraphDocument.nodeKeys.map(\.rawValue) + ["kind"])
        let (node, item) = (graph["$defs"]?["node"], list["$defs"]?["item"])
        #expect(try names(node?["properties"]) == job.union(GraphDocument.NodeKey.allCases.map(\.rawValue)))
        #expect(try names(item?["properties"]) == job.union([GraphDocument.nameKey]))
        let defaults = graph["$defs"]?["defaults"]
        #expect(try names(defaults?["properties"]) == Set(GraphDocument.defaultKeys.map(\.rawValue)))
        let each = node?["properties"]?["each"]
        #expect(try names(each?["properties"]) == Set(GraphDocument.EachKey.allCases.map(\.rawValue)))
        let files = node?["properties"]?["files"]?["additionalProperties"]?["oneOf"]?.arrayValue?.last
        let reference = JobDocument.Reference.Key.allCases.map(\.rawValue) + [JobDocument.File.executableKey]
        #expect(try names(files?["properties"]) == Set(reference))
        for closed in [graph, second, node, item, defaults, each, files] {
            #expect(closed?["additionalProperties"] == false)
        }
    }

    @Test("they have the words and bounds of the reader")
    func words() throws {
        let graph = try schema("graph")
        #expect(graph["properties"]?["kind"]?["const"]?.stringValue == GraphDocument.kind)
        #expect(graph["properties"]?["jobs"]?["maxProperties"]?.integerValue == Int64(Submission.mostNodes))
        let node = graph["$defs"]?["node"]?["properties"]
        let limit = node?["each"]?["properties"]?["limit"]
        #expect(limit?["maximum"]?.integerValue == Int64(NodeSpec.FanOut.mostMembers))
        #expect(node?["approval"]?["maxLength"]?.integerValue == Int64(GraphDocument.longestQuestion))
        let outcomes = graph["$defs"]?["outcome"]?["oneOf"]?.arrayValue?.first?["enum"]?.arrayValue
        #expect(Set(outcomes?.compactMap(\.stringValue) ?? []) == Set(Need.Outcome.words.keys))
        let list = try schema("list")
        #expect(list["$defs"]?["jobs"]?["maxItems"]?.integerValue == Int64(Submission.mostNodes))
    }

    @Test(
        "the examples are graphs and lists", arguments: ["diamond.yaml", "fan-out.yaml", "pipeline.yaml", "list.json"])
    func example(_ name: String) throws {
        let bytes = try Data(contentsOf: Self.docs.appending(path: "Examples/graphs/\(name)"))
        let graph = try GraphDocumentTests.graph(String(decoding: bytes, as: UTF8.self), name: name)
        #expect(graph.nodes.count >= 2)
        #expect(graph.isGraph == (name != "list.json"))
    }
}
