import Hardening
import Model
import Ports

/// The step between create and start: what the engine made must be what was planned.
enum ContainerCheck {
    /// Reads the container back and gives what was found.
    ///
    /// - Throws: ``EngineError/profileNotApplied(_:)`` and ``EngineError/unexpectedWarnings(_:)``; the container then stands
    ///   unstarted, for the caller to remove.
    @discardableResult
    static func run(
        client: EngineClient, created: EngineClient.Created, plan: ContainerPlan
    ) async throws(EngineError) -> JSONValue {
        // None is expected: the create body asks for nothing that a supported engine has reason to warn about.
        let warnings = created.warnings ?? []
        guard warnings.isEmpty else { throw .unexpectedWarnings(warnings) }
        guard let inspected = try await client.inspectContainer(created.id) else {
            throw .protocolViolation(call: "GET /containers/{id}/json", detail: "it does not know what it just made")
        }
        var differences = PostureReadback.differences(plan: plan, inspected: inspected)
        if inspected["Id"] != .string(created.id) {
            let got = inspected["Id"]?.stringValue ?? "nothing"
            differences.append(PostureDifference(field: "Id", wanted: created.id, got: got))
        }
        guard differences.isEmpty else { throw .profileNotApplied(differences.sorted { $0.field < $1.field }) }
        return inspected
    }
}
