import Foundation
import Model
import Testing

@testable import DockerEngine

@Suite struct ImageArchiveTests {
    /// A member of a tar archive, read back by its header.
    private struct Member: Equatable {
        var name = ""
        var type = ""
        var mode = 0
        var content: [UInt8] = []
    }

    private enum Broken: Error { case header(String) }

    private func members(of archive: [UInt8]) throws -> [Member] {
        var members: [Member] = []
        var offset = 0
        #expect(archive.count.isMultiple(of: 512))
        while archive[offset..<offset + 512].contains(where: { $0 != 0 }) {
            let header = Array(archive[offset..<offset + 512])
            func text(_ start: Int, _ count: Int) -> String {
                String(decoding: header[start..<start + count].prefix { $0 != 0 }, as: UTF8.self)
            }
            func octal(_ start: Int, _ count: Int) throws -> Int {
                let digits = text(start, count).filter { $0 != " " }
                guard let number = Int(digits, radix: 8) else { throw Broken.header(digits) }
                return number
            }
            // The checksum is that of the header with spaces in its place.
            let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
            #expect(try octal(148, 8) == sum)
            #expect(header[257..<265].elementsEqual(Array("ustar\u{0}00".utf8)))
            #expect(try octal(108, 8) == 0)
            #expect(try octal(116, 8) == 0)
            #expect(try octal(136, 12) == 0)
            let size = try octal(124, 12)
            offset += 512
            members.append(
                Member(
                    name: text(0, 100), type: text(156, 1), mode: try octal(100, 8),
                    content: Array(archive[offset..<offset + size])))
            offset += (size + 511) / 512 * 512
        }
        // Two empty blocks close an archive.
        #expect(archive[offset...].count == 1024)
        #expect(archive[offset...].allSatisfy { $0 == 0 })
        return members
    }

    private func json(_ member: Member?) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(try #require(member).content))
    }

    private static let content = [UInt8](repeating: 0x7F, count: 1000)

    private func archive(_ content: [UInt8] = content, tag: String = "caisson/cell:x", user: String = "1:2") throws
        -> ImageArchive
    {
        try ImageArchive(tag: tag, files: [("/.caisson/cell", content)], user: user)
    }

    @Test("the same content has the same id and the same bytes, other content another id")
    func reproducible() throws {
        let (first, second) = (try archive(), try archive())
        #expect(first.id == second.id)
        #expect(first.bytes == second.bytes)
        #expect(try archive(Self.content + [0]).id != first.id)
        #expect(try archive(user: "0:0").id != first.id)
        // A tag is a name, not content.
        #expect(try archive(tag: "caisson/cell:y").id == first.id)
    }

    @Test("the archive is a docker-archive whose parts name each other by digest")
    func parts() throws {
        let image = try archive()
        let members = try members(of: image.bytes)
        let name = "\(image.id.dropFirst("sha256:".count)).json"
        #expect(members.map(\.name) == ["manifest.json", name, "layer.tar"])
        #expect(members.allSatisfy { $0.type == "0" && $0.mode == 0o444 })
        #expect(
            try json(members.first) == [
                ["Config": .string(name), "RepoTags": ["caisson/cell:x"], "Layers": ["layer.tar"]]
            ])
        let configuration = try json(members.dropFirst().first)
        #expect(ContentDigest.of(members[1].content) == image.id)
        #expect(configuration["rootfs"]?["diff_ids"] == [.string(ContentDigest.of(members[2].content))])
        #expect(configuration["config"] == ["User": "1:2", "WorkingDir": "/"])
        #expect(configuration["created"] == "1970-01-01T00:00:00Z")
    }

    @Test("the layer holds the file and its folders, once each, readable and executable by all")
    func layer() throws {
        let image = try ImageArchive(
            tag: "t", files: [("/a/b/one", [1]), ("/a/b/two", []), ("/three", [UInt8](repeating: 3, count: 512))],
            user: "1")
        let outer = try members(of: image.bytes)
        let layer = try members(of: try #require(outer.last).content)
        #expect(layer.map(\.name) == ["a/", "a/b/", "a/b/one", "a/b/two", "three"])
        #expect(layer.map(\.type) == ["5", "5", "0", "0", "0"])
        #expect(layer.map(\.mode) == [0o755, 0o755, 0o555, 0o555, 0o555])
        #expect(layer.map(\.content.count) == [0, 0, 1, 0, 512])
    }

    @Test("a digest is sha256 and 64 hex digits")
    func digest() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(ContentDigest.of([]) == empty)
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(ContentDigest.of(Array("abc".utf8)) == abc)
    }
}
