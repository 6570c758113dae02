import FoundationEssentials
import Model
package import Ports

/// The images of a Docker engine.
package struct DockerImages: ImageEngine {
    private let client: EngineClient

    package init(client: EngineClient) { self.client = client }

    package func sighting(of reference: String) async throws(EngineError) -> ImageSighting? {
        guard let image = try await client.inspectImage(reference) else { return nil }
        guard let id = image["Id"]?.stringValue else {
            throw .protocolViolation(call: "GET /images/{name}/json", detail: "an image without an id")
        }
        func words(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
        let configuration = image["Config"]
        var sighting = ImageSighting(id: id)
        sighting.tags = words(image["RepoTags"])
        sighting.size = ByteCount(bytes: max(0, image["Size"]?.integerValue ?? 0))
        sighting.created = image["Created"]?.stringValue
        (sighting.system, sighting.architecture) = (image["Os"]?.stringValue, image["Architecture"]?.stringValue)
        (sighting.user, sighting.folder) = (
            configuration?["User"]?.stringValue, configuration?["WorkingDir"]?.stringValue
        )
        (sighting.entrypoint, sighting.command) = (words(configuration?["Entrypoint"]), words(configuration?["Cmd"]))
        sighting.environmentNames = ImageCheck.environmentNames(image)
        sighting.comment = image["Comment"]?.stringValue
        sighting.refusal = ImageCheck.refusal(image)
        return sighting
    }

    package func inventory() async throws(EngineError) -> [ImageInventoryItem] {
        try await client.listImages().map { image in
            // What has no name is listed under one that says so.
            let tags = (image.tags ?? []).filter { $0 != "<none>:<none>" }
            return ImageInventoryItem(
                id: image.id, tags: tags, size: ByteCount(bytes: max(0, image.size)),
                created: WallTime(milliseconds: image.created.multipliedReportingOverflow(by: 1000).partialValue))
        }
    }

    package func load(
        _ archive: any ArchiveBytes, name: String, tag: String
    ) async throws(EngineError) -> ImageSighting {
        let upload: ImageUpload
        do {
            upload = try await ImageUpload(archive, tag: tag)
        } catch let problem as ArchiveProblem {
            throw .imageRefused(name: name, reason: problem.reason)
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .interrupted
        }
        guard upload.lengthBytes <= EngineClient.loadBound else {
            let bound = ByteCount(bytes: EngineClient.loadBound)
            throw .imageRefused(
                name: name, reason: "it is larger than \(bound); load it with `docker load`, and add its tag")
        }
        try await client.loadImage(from: upload, lengthBytes: upload.lengthBytes)
        // The engine has read the configuration in its own way: what it made of it is what counts.
        guard let found = try await sighting(of: tag), found.id == upload.id else {
            throw .protocolViolation(call: "POST /images/load", detail: "the image has another id than its content")
        }
        if let reason = found.refusal {
            try await client.removeImage(tag: tag)
            throw .imageRefused(name: name, reason: reason)
        }
        return found
    }

    package func remove(tag: String) async throws(EngineError) { try await client.removeImage(tag: tag) }
}
