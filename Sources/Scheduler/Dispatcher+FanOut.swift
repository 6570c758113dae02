import Conditions
import Foundation
package import Model
import Ports

/// Fan-outs: a list that one job gave becomes a job for each of its members.
extension Dispatcher {
    /// Fan-outs that are taken on in one round; those that are left wait for the next.
    private static let fanOutsPerRound = 16

    func expandFanOuts() async throws(StoreError) {
        let waiting = try await store.expansions(limit: Self.fanOutsPerRound)
        for expansion in waiting {
            do {
                try await expand(expansion, into: try await members(of: expansion))
            } catch let error as StoreError {
                if case .conflict = error { continue }  // it was cancelled meanwhile
                throw error
            } catch {
                let message = (error as? any UserFacingError)?.message ?? "\(error)"
                try await supervisor.end(expansion.job, Verdict(.errored, "list_unusable", message))
            }
        }
        if waiting.count == Self.fanOutsPerRound { wake() }
    }

    private func expand(_ expansion: Expansion, into members: [JSONValue]) async throws {
        var kept: [Blob] = []
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for member in members {
            let bytes = BytesInput([UInt8](try encoder.encode(member)))
            kept.append(try await blobs.makeBlob(from: bytes, limit: bytes.size))
        }
        try await store.expand(
            expansion.job, members: kept, ids: members.map { _ in ids.makeJobID() }, at: wallClock.now())
    }

    /// - Throws: ``ListError`` or ``ConditionError`` if there is no list.
    private func members(of expansion: Expansion) async throws -> [JSONValue] {
        guard let reference = expansion.result else { throw ListError.noResult(node: expansion.each.node) }
        guard reference.size <= ListError.mostBytes else {
            throw ListError.tooLarge(node: expansion.each.node, size: reference.size)
        }
        var bytes: [UInt8] = []
        let input = StoredInput(reference, reader: store)
        while let piece = try await input.next() { bytes += piece }
        // ignored: said in our words
        guard let result = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            throw ListError.notAList(node: expansion.each.node, what: "no JSON")
        }
        var value = result
        if let expression = expansion.each.list {
            value = try Condition(expression, names: ["result"]).value(of: ["result": result]).json
        }
        guard case .array(let members) = value else {
            throw ListError.notAList(node: expansion.each.node, what: value.kind)
        }
        guard members.count <= expansion.each.limit else {
            throw ListError.tooMany(node: expansion.each.node, count: members.count, limit: expansion.each.limit)
        }
        return members
    }
}

/// Why a fan-out has no list.
package enum ListError: UserFacingError, Hashable {
    case noResult(node: String)
    case tooLarge(node: String, size: ByteCount)
    case notAList(node: String, what: String)
    case tooMany(node: String, count: Int, limit: Int)

    /// Of a result that is read for its list.
    static let mostBytes = ByteCount.mebibytes(16)

    package var code: ErrorCode { .invalidInput }

    package var message: String {
        switch self {
        case .noResult(let node): "\(node) left no \(JobSpec.resultFile), which was to give the list."
        case .tooLarge(let node, let size):
            "The result of \(node) is \(size), but a list is read from at most \(Self.mostBytes)."
        case .notAList(let node, let what): "What \(node) gave is \(what), and not a list."
        case .tooMany(let node, let count, let limit):
            "\(node) gave a list of \(count) members, but the limit is \(limit)."
        }
    }

    package var remedy: String? {
        switch self {
        case .noResult, .notAList:
            "Have the job write a JSON list to \(JobSpec.resultFile), or name the list with each.list."
        case .tooLarge: "Have the job write less."
        case .tooMany: "Raise each.limit (at most \(NodeSpec.FanOut.mostMembers)), or have the job give fewer."
        }
    }
}

extension JSONValue {
    /// What kind of value it is, for people.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
