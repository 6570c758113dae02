import Foundation

/// The path and the query of a request, decoded.
struct RequestTarget: Sendable, Hashable {
    let segments: [String]
    /// A parameter that stands there twice is refused: two readers could take different ones.
    let query: [String: String]

    /// - Throws: ``ControlAPIError/badParameter(name:value:expected:)``.
    init(_ target: String) throws(ControlAPIError) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        guard path.hasPrefix("/") else { throw .unknownPath(String(path)) }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try Self.decoded(segment, name: "path"))
        }
        self.segments = segments
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(halves[0], name: "query")
            let value = halves.count > 1 ? try Self.decoded(halves[1], name: name) : ""
            guard query.updateValue(value, forKey: name) == nil else {
                throw .badParameter(name: name, value: value, expected: "given once")
            }
        }
        self.query = query
    }

    private static func decoded(_ text: Substring, name: String) throws(ControlAPIError) -> String {
        guard let decoded = String(text).removingPercentEncoding else {
            throw .badParameter(name: name, value: String(text), expected: "percent-encoded UTF-8")
        }
        return decoded
    }
}
