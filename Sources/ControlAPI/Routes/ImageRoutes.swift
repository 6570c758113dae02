import ControlWire
package import Model
package import Ports

/// Names for images, and archives of them into the engine.
package struct ImageRoutes: RouteGroup {
    private let desk: any ImageDesk
    private let limit: ByteCount

    /// Bytes of what an archive is called.
    private static let sourceBytes = 4096

    /// - Parameter limit: bytes of an archive.
    package init(desk: any ImageDesk, limit: ByteCount) { (self.desk, self.limit) = (desk, limit) }

    package var routes: [Route] {
        [
            .post("/images") { request in
                let ask = try await request.document(ImageAsk.self)
                let record = try await desk.add(reference: ask.reference, name: try ImageName(ask.name))
                return try .json(ImageView(record), status: 201)
            },
            .post("/images/load", query: ["name", "source"], kind: .long) { try await load($0) },
            .post("/images/{name}/remove") { request in
                let ask = try await request.document(ImageRemovalAsk.self)
                let name = try ImageName(request.parameter("name"))
                return try .json(ImageView(try await desk.remove(name, fromEngine: ask.fromEngine ?? false)))
            },
        ]
    }

    /// Takes an archive, which may be as long as a disk.
    private func load(_ request: ControlRequest) async throws -> ControlAnswer {
        let name = try ImageName(request.query["name"] ?? "")
        let source = request.query["source"] ?? "an archive"
        guard (1...Self.sourceBytes).contains(source.utf8.count) else {
            throw ControlAPIError.badParameter(
                name: "source", value: String(source.prefix(80)), expected: "1 to \(Self.sourceBytes) bytes")
        }
        try await request.body.setLimit(limit)
        return try .json(
            ImageView(try await desk.add(archive: request.body, source: source, name: name)), status: 201)
    }
}

extension ImageView {
    fileprivate init(_ record: ImageRecord) {
        self.init(
            name: "\(record.name)", imageID: record.imageID, source: record.source, sizeBytes: record.size.bytes,
            addedAt: record.addedAt.rfc3339)
    }
}
