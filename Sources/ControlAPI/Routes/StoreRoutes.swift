import ControlWire
package import Ports

/// The daemon's database: a check, and a copy.
package struct StoreRoutes: RouteGroup {
    private let desk: any StoreDesk

    package init(desk: any StoreDesk) { self.desk = desk }

    package var routes: [Route] {
        [
            // Both take longer the more there is; a daemon that stops does not wait for them.
            .get("/db/check", kind: .long) { _ in try .json(StoreCheckView(faults: try await desk.check())) },
            .post("/db/backup", kind: .long) { _ in
                let copy = try await desk.backup()
                return ControlAnswer(
                    contentType: ControlAnswer.bytesType,
                    body: .stream { writer in
                        var offset = Int64(0)
                        while offset < copy.length {
                            let count = Int(min(Int64(writer.bounds.pieceBytes), copy.length - offset))
                            try await writer.write(try await copy.read(from: offset, count: count))
                            offset += Int64(count)
                        }
                    })
            },
        ]
    }
}
