import Foundation
package import Model

/// The spec of a job that was accepted, as `caisson spec` prints it: handed in again, it is the same job to the last byte.
package struct SpecDocument: Sendable {
    package enum Key: String, Sendable, CaseIterable { case kind, digest, spec, placement }

    package static let kind = "spec"

    package internal(set) var spec: JobSpec
    /// The digest that was printed with it, `sha256:…`; the spec is held against it when it is handed in.
    package internal(set) var digest: String?
    package internal(set) var placement: Placement?

    /// Reads the members of the document; `nil` if something is wrong.
    init?(
        _ members: [DocumentNode.Member], _ position: DocumentPosition, _ checker: inout DocumentChecker
    ) {
        let count = checker.mistakes.count
        var (spec, digest, placement): (JobSpec?, String?, Placement?) = (nil, nil, nil)
        for member in members {
            let pointer = DocumentPointer.root.member(member.key)
            switch Key(rawValue: member.key) {
            case .kind: break
            case .digest: digest = checker.filledString(member.node, pointer)
            case .spec: spec = Self.decode(JobSpec.self, member.node, pointer, &checker)
            case .placement: placement = Self.decode(Placement.self, member.node, pointer, &checker)
            case nil: checker.failUnknown(member, .root, known: Key.allCases.map(\.rawValue))
            }
        }
        if spec == nil, checker.mistakes.count == count {
            checker.fail(.root, position, "has no spec", remedy: "Hand in what caisson spec printed.")
        }
        guard checker.mistakes.count == count, let spec else { return nil }
        (self.spec, self.digest, self.placement) = (spec, digest, placement)
    }

    /// A value in its stored form, with nothing beside it that would be lost.
    private static func decode<Value: Codable>(
        _ type: Value.Type, _ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker
    ) -> Value? {
        do {
            let given = try jsonValue(node)
            let value = try JSONDecoder().decode(type, from: JSONEncoder().encode(given))
            let known = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
            if let extra = Self.extra(in: given, beside: known, pointer) {
                checker.fail(
                    extra, node.position, "is not known to this release",
                    remedy: "Hand it in with the release that printed it.")
                return nil
            }
            return value
        } catch {
            let path: [any CodingKey] =
                switch error as? DecodingError {
                case .keyNotFound(let key, let context): context.codingPath + [key]
                case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                    context.codingPath
                default: []
                }
            let place = path.reduce(pointer) { way, key in
                if let index = key.intValue { way.item(index) } else { way.member(key.stringValue) }
            }
            checker.fail(
                place, node.position, "is missing, or not what it was when it was printed",
                remedy: "Hand in what caisson spec printed, as it is.")
            return nil
        }
    }

    /// The first member that is in `given` and not in `known`.
    private static func extra(in given: JSONValue, beside known: JSONValue, _ pointer: DocumentPointer)
        -> DocumentPointer?
    {
        switch (given, known) {
        case (.object(let given), .object(let known)):
            for (key, value) in given.sorted(by: { $0.key < $1.key }) {
                let place = pointer.member(key)
                guard let other = known[key] else {
                    if case .null = value { continue }
                    return place
                }
                if let extra = extra(in: value, beside: other, place) { return extra }
            }
            return nil
        case (.array(let given), .array(let known)):
            for (index, (value, other)) in zip(given, known).enumerated() {
                if let extra = extra(in: value, beside: other, pointer.item(index)) { return extra }
            }
            return nil
        default: return nil
        }
    }

    private struct NotJSON: Error {}

    private static func jsonValue(_ node: DocumentNode) throws -> JSONValue {
        switch node.value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let text):
            if let integer = Int64(text) { return .integer(integer) }
            guard let number = Double(text) else { throw NotJSON() }
            return .number(number)
        case .string(let text): return .string(text)
        case .unclear: throw NotJSON()
        case .list(let items): return .array(try items.map(jsonValue))
        case .map(let members):
            return .object(
                Dictionary(
                    try members.map { ($0.key, try jsonValue($0.node)) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}
