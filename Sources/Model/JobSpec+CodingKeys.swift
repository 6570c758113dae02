// The stored names of a spec's members: frozen, whatever the Swift names become.

extension JobSpec {
    enum CodingKeys: String, CodingKey {
        case imageID = "image_id"
        case imageName = "image_name"
        case command, environment, files
        case hasStandardInput = "has_standard_input"
        case artifacts, profile, limits
    }
}

extension JobSpec.InputFile {
    enum CodingKeys: String, CodingKey {
        case path
        case size = "size_bytes"
        case isExecutable = "is_executable"
    }
}
