import Foundation
import Model
import Ports
import TestSupport
import Testing

@testable import DockerEngine

@Suite struct ImageUploadTests {
    private typealias Member = TarMaker.Member

    private func upload(_ bytes: [UInt8]) async throws -> (upload: ImageUpload, bytes: [UInt8]) {
        let upload = try await ImageUpload(MemoryArchive(bytes), tag: "caisson/added:x-y")
        var sent: [UInt8] = []
        for try await piece in upload { sent += piece }
        return (upload, sent)
    }

    private func problem(_ bytes: [UInt8]) async -> String? {
        do {
            _ = try await upload(bytes)
            return nil
        } catch {
            return (error as? ArchiveProblem)?.reason ?? "\(error)"
        }
    }

    @Test("what is sent holds the image and our tag, and nothing else of what was given")
    func onlyTheImage() async throws {
        let large = [UInt8](repeating: 9, count: 3 << 20 + 100)
        let given = try TarMaker.image(
            layers: [
                Member(name: "a/layer.tar", content: large),
                Member(name: "b/layer.tar", type: "2", link: "../a/layer.tar"),
                Member(name: "d/layer.tar", content: Array("second".utf8)),
            ], more: [Member(name: "../../etc/cron.d/x", content: Array("evil".utf8)), Member(name: "dev", type: "3")])
        let (upload, sent) = try await upload(given)
        #expect(sent.count == upload.lengthBytes)

        let index = try await TarIndex(MemoryArchive(sent))
        #expect(Set(index.members.keys) == ["manifest.json", "config.json", "0.tar", "1.tar"])
        func content(_ name: String) throws -> [UInt8] {
            let range = try #require(index.file(name)).content
            return Array(sent[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        let manifest = try JSONDecoder().decode(JSONValue.self, from: Data(try content("manifest.json")))
        #expect(
            manifest == [
                [
                    "Config": "config.json", "RepoTags": ["caisson/added:x-y"], "Layers": ["0.tar", "0.tar", "1.tar"],
                ]
            ])
        #expect(try content("0.tar") == large)
        #expect(try content("1.tar") == Array("second".utf8))
        #expect(upload.id == ContentDigest.of(try content("config.json")))
    }

    @Test("an archive that is not one image of ours to use is refused, with what it is")
    func refused() async throws {
        func archive(_ manifest: String) -> [UInt8] {
            TarMaker.archive([
                Member(name: "manifest.json", content: Array(manifest.utf8)),
                Member(name: "c", content: Array("{}".utf8)),
                Member(name: "text", content: Array("text".utf8)),
            ])
        }
        func image(_ configuration: JSONValue) throws -> [UInt8] {
            try TarMaker.image(configuration: ["os": "linux", "config": configuration])
        }
        let many = String(repeating: "\"text\",", count: 128) + "\"text\""
        let cases: [([UInt8], String)] = [
            (TarMaker.archive([Member(name: "x")]), "docker save"), (archive("["), "not JSON"),
            (archive("{}"), "names no image"), (archive("[]"), "names no image"),
            (archive("[{\"Config\":\"c\"}]"), "names no image"),
            (archive("[{\"Config\":\"c\",\"Layers\":[]},{\"Config\":\"c\",\"Layers\":[]}]"), "2 images"),
            (archive("[{\"Config\":\"no\",\"Layers\":[]}]"), "no no in it"),
            (archive("[{\"Config\":\"text\",\"Layers\":[]}]"), "not JSON"),
            (archive("[{\"Config\":\"c\",\"Layers\":[\"gone\"]}]"), "layer gone"),
            (archive("[{\"Config\":\"c\",\"Layers\":[1]}]"), "without a name"),
            (archive("[{\"Config\":\"c\",\"Layers\":[\(many)]}]"), "129 layers"),
            (try image(["Volumes": ["/data": [:]]]), "/data"), (try image(["OnBuild": ["RUN x"]]), "ONBUILD"),
            (try image(["Labels": ["org.caisson.job": "x"]]), "org.caisson.job"),
            (try TarMaker.image(configuration: ["os": "windows"]), "windows"),
            (try TarMaker.image(configuration: ["os": "linux", "architecture": "s390x"]), "s390x"),
        ]
        for (bytes, word) in cases {
            let found = await problem(bytes)
            #expect(found?.contains(word) == true, "\(found ?? "nothing") for \(word)")
        }
        #expect(await problem(try TarMaker.image()) == nil)
    }
}
