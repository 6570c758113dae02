/// What `GET /version` says of itself.
package struct EngineVersion: Sendable, Hashable, Decodable {
    package let engine: String
    package let api: String
    package let minimumAPI: String?

    enum CodingKeys: String, CodingKey {
        case engine = "Version"
        case api = "ApiVersion"
        case minimumAPI = "MinAPIVersion"
    }
}
