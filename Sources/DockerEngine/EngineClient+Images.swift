import CurlHTTP
import Model
import Ports

// The calls that only concern names of images; those that a job needs are in `EngineClient.swift`.

extension EngineClient {
    struct ListedImage: Decodable {
        let id: String
        let tags: [String]?
        let size: Int64
        /// In seconds since 1970.
        let created: Int64

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case tags = "RepoTags"
            case size = "Size"
            case created = "Created"
        }
    }

    /// All images, those under others and those without a name included.
    func listImages() async throws(EngineError) -> [ListedImage] {
        let call = "GET /images/json"
        let response = try await transport.send(.get, "/images/json?all=1")
        try transport.check(call, response, [200])
        return try transport.decode(call, response.body)
    }

    /// Takes a tag away, and removes the image if that was its last name; no error if there is no such tag.
    func removeImage(tag: String) async throws(EngineError) {
        let response = try await transport.send(
            .delete, "/images/\(EngineTransport.encoded(tag))", total: EngineTransport.Limit.slow)
        try transport.check("DELETE /images/{name}", response, [200, 404])
    }

    /// Most bytes of an archive that is loaded.
    static let loadBound: Int64 = 16 << 30
}
