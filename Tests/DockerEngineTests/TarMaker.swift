import Foundation
import Model

@testable import DockerEngine

/// Archives for tests, and some that nobody should make.
enum TarMaker {
    struct Member {
        var name: String
        var content: [UInt8] = []
        var type: Character = "0"
        var link = ""
    }

    static func archive(_ members: [Member], closed: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = []
        for member in members {
            var header = TarHeader.bytes(
                member.name, size: Int64(member.content.count), mode: 0o644, type: member.type)
            header.replaceSubrange(157..<157 + member.link.utf8.count, with: member.link.utf8)
            bytes += signed(header) + member.content
            bytes += [UInt8](repeating: 0, count: TarHeader.padding(Int64(member.content.count)))
        }
        return closed ? bytes + [UInt8](repeating: 0, count: 1024) : bytes
    }

    /// The header with the sum it must have.
    static func signed(_ header: [UInt8]) -> [UInt8] {
        var header = header
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
        let digits = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        header.replaceSubrange(148..<148 + digits.utf8.count, with: digits.utf8)
        header[148 + digits.utf8.count] = 0
        return header
    }

    /// An image as `docker save` writes it.
    static func image(
        configuration: JSONValue = plain,
        layers: [Member] = [Member(name: "a/layer.tar", content: Array("layer".utf8))],
        tags: JSONValue = ["caisson/python:local", "debian:12"], more: [Member] = []
    ) throws -> [UInt8] {
        let manifest: JSONValue = [
            ["Config": "c0.json", "RepoTags": tags, "Layers": .array(layers.map { .string($0.name) })]
        ]
        return archive(
            more + layers + [
                Member(name: "c0.json", content: Array(try JSONEncoder().encode(configuration))),
                Member(name: "manifest.json", content: Array(try JSONEncoder().encode(manifest))),
                Member(name: "repositories", content: Array("{\"evil\":{}}".utf8)),
            ])
    }

    static let plain: JSONValue = [
        "os": "linux", "architecture": .string(ImageArchive.architecture), "config": ["Env": ["A=b"]],
    ]
}
