// The stored names of a spec's members: frozen, whatever the Swift names become. A member that a later release added has a
// default, so that the specs of earlier ones can still be read.

extension JobSpec {
    enum CodingKeys: String, CodingKey {
        case imageID = "image_id"
        case imageName = "image_name"
        case command, environment, files, stdin, artifacts
        case collectsChanges = "collects_changes"
        case outputPolicy = "output_policy"
        case profile
        case profileDigest = "profile_digest"
        case profilesFolder = "profiles_folder"
        case limits, effect, retry
    }
    /// In the specs of the first release, instead of `stdin`.
    private enum FirstKeys: String, CodingKey {
        case hasStandardInput = "has_standard_input"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let first = try decoder.container(keyedBy: FirstKeys.self)
        let hadInput = try first.decodeIfPresent(Bool.self, forKey: .hasStandardInput) ?? false
        self.init(
            imageID: try values.decode(String.self, forKey: .imageID),
            imageName: try values.decode(String.self, forKey: .imageName),
            command: try values.decode([String].self, forKey: .command),
            environment: try values.decode([String: String].self, forKey: .environment),
            files: try values.decode([InputFile].self, forKey: .files),
            stdin: try values.decodeIfPresent(StandardInput.self, forKey: .stdin) ?? (hadInput ? .live : .none),
            artifacts: try values.decode([String].self, forKey: .artifacts),
            collectsChanges: try values.decodeIfPresent(Bool.self, forKey: .collectsChanges) ?? false,
            outputPolicy: try values.decodeIfPresent(OutputPolicy.self, forKey: .outputPolicy) ?? .truncate,
            profile: try values.decode(String.self, forKey: .profile),
            limits: try values.decode(Limits.self, forKey: .limits))
        profileDigest = try values.decodeIfPresent(String.self, forKey: .profileDigest)
        profilesFolder = try values.decodeIfPresent(String.self, forKey: .profilesFolder)
        effect = try values.decodeIfPresent(Effect.self, forKey: .effect) ?? .pure
        retry = try values.decodeIfPresent(RetryPolicy.self, forKey: .retry) ?? .none
    }
}

extension JobSpec.InputFile {
    enum CodingKeys: String, CodingKey {
        case path
        case size = "size_bytes"
        case isExecutable = "is_executable"
        case digest, reference
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            path: try values.decode(String.self, forKey: .path),
            size: try values.decode(ByteCount.self, forKey: .size),
            isExecutable: try values.decode(Bool.self, forKey: .isExecutable),
            // The first release did not keep the content.
            digest: try values.decodeIfPresent(String.self, forKey: .digest) ?? "")
        reference = try values.decodeIfPresent(InputReference.self, forKey: .reference)
    }
}

extension JobSpec.StandardInput: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, digest
        case size = "size_bytes"
    }
    private enum Kind: String, Codable { case none, stored, live }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(Kind.self, forKey: .kind) {
        case .none: self = .none
        case .live: self = .live
        case .stored:
            self = .stored(
                digest: try values.decode(String.self, forKey: .digest),
                size: try values.decode(ByteCount.self, forKey: .size))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .none: try values.encode(Kind.none, forKey: .kind)
        case .live: try values.encode(Kind.live, forKey: .kind)
        case .stored(let digest, let size):
            try values.encode(Kind.stored, forKey: .kind)
            try values.encode(digest, forKey: .digest)
            try values.encode(size, forKey: .size)
        }
    }
}
