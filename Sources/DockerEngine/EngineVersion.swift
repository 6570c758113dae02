/// What `GET /version` says of itself.
package struct EngineVersion: Sendable, Hashable, Decodable {
    package let engine: String
    package let api: String
    package let minimumAPI: String?
    /// The engine's parts, such as runc.
    let components: [Component]?

    struct Component: Sendable, Hashable, Decodable {
        let name: String
        let version: String

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "Version"
        }
    }

    enum CodingKeys: String, CodingKey {
        case engine = "Version"
        case api = "ApiVersion"
        case minimumAPI = "MinAPIVersion"
        case components = "Components"
    }
}
