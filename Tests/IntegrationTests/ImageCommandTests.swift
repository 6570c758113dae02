import Foundation
import Model
import TestSupport
import Testing

/// `caisson image`, on the real engine, with images that are made and removed here.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ImageCommandTests {
    /// Names in the engine that no other test has, and their end.
    private struct Images {
        let repository = "caisson-test/\(SeededIDs.unlikeOthers().makeSuffix())"
        let probe = EngineProbe()

        var tag: String { "\(repository):1" }

        static func with(_ body: (CommandFixture, Images) async throws -> Void) async throws {
            try await CommandFixture.with { caisson in
                let images = Images()
                let result: Result<Void, any Error>
                do {
                    try await body(caisson, images)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                images.remove(images.tag)
                try result.get()
            }
        }

        private func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
        }

        func remove(_ tag: String) {
            // ignored: a test that failed may have left nothing to remove
            _ = try? probe.request("DELETE", "/v1.41/images/\(encoded(tag))")
        }

        func id(_ reference: String) throws -> String? {
            try probe.request("GET", "/v1.41/images/\(encoded(reference))/json").json["Id"]?.stringValue
        }

        /// Makes our tag mean what `reference` means.
        func point(at reference: String) throws {
            let query = "repo=\(encoded(repository))&tag=1"
            #expect(try probe.request("POST", "/v1.41/images/\(encoded(reference))/tag?\(query)").status == 201)
        }

        /// Makes a new image under our tag: our shell with an instruction more.
        func commit(_ change: String) throws -> String {
            let body = Data(#"{"Image":"caisson/shell:local","Cmd":["true"]}"#.utf8)
            let created = try probe.request("POST", "/v1.41/containers/create", body: body)
            let container = try #require(try created.json["Id"]?.stringValue)
            let query = "container=\(container)&repo=\(encoded(repository))&tag=1&changes=\(encoded(change))"
            let answer = try probe.request("POST", "/v1.41/commit?\(query)", body: Data("{}".utf8))
            _ = try probe.request("DELETE", "/v1.41/containers/\(container)?force=1&v=1")
            #expect(answer.status == 201)
            return try #require(try answer.json["Id"]?.stringValue)
        }

        /// The archive that `docker save` writes of our tag.
        func archive() throws -> Data { try probe.request("GET", "/v1.41/images/\(encoded(tag))/get").body }
    }

    private func json(_ outcome: Outcome) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: outcome.stdout)
    }

    @Test("a name keeps its image when the tag is given to another one, and is forgotten when it is told to")
    func pinned() async throws {
        try await Images.with { caisson, images in
            let shell = try #require(try images.id("caisson/shell:local"))
            try images.point(at: "caisson/shell:local")
            let added = try await caisson.caisson("image", "add", images.tag, "--name", "mine")
            #expect((added.status, added.out) == (0, "\(shell)\n"), "\(added.err)")
            try images.point(at: "caisson/python:local")

            let ran = try await caisson.run(image: "mine", [], "sh", "-c", "test ! -e /usr/bin/python3")
            #expect(ran.status == 0, "\(ran.err)")
            let job = try json(try await caisson.caisson("show", "@latest", "-o", "json"))
            #expect(job["image_id"]?.stringValue == shell)

            let list = try json(try await caisson.caisson("image", "list", "-o", "json")).arrayValue ?? []
            let entry = list.first { $0["name"] == "mine" }
            #expect(entry?["image_id"]?.stringValue == shell)
            #expect(entry?["source"]?.stringValue == images.tag)
            #expect(list.contains { $0["name"] == "shell" && $0["source"] == "built" })

            let taken = try await caisson.caisson("image", "add", images.tag, "--name", "mine")
            #expect(taken.status == 4, "\(taken.err)")
            #expect(try await caisson.caisson("image", "rm", "mine", "--from-engine").status == 2)
            #expect(try await caisson.caisson("image", "rm", "mine").status == 0)
            #expect(try await caisson.run(image: "mine", [], "true").status == 3)
            #expect(try await caisson.caisson("image", "rm", "mine").status == 3)
        }
    }

    @Test("a name whose image is gone says so, with what to do, and starts nothing")
    func gone() async throws {
        try await Images.with { caisson, images in
            let id = try images.commit("ENV A=gone")
            #expect(try await caisson.caisson("image", "add", images.tag, "--name", "mine").status == 0)
            images.remove(images.tag)
            let ran = try await caisson.run(image: "mine", [], "true")
            #expect(ran.status == 3)
            for word in ["image_not_found", id, images.tag, "hint: ", "caisson image rm mine"] {
                #expect(ran.err.contains(word), "\(ran.err)")
            }
            let shown = try await caisson.caisson("image", "show", "mine")
            #expect(shown.out.contains("no longer has it"))
            #expect(try await caisson.caisson("image", "list").out.contains("no longer in the engine"))
            #expect(try await caisson.caisson("list").out.split(separator: "\n").count == 1)
        }
    }

    @Test(
        "an image that would weaken a sandbox is refused, by reference and as an archive, and leaves nothing behind",
        arguments: [
            ("VOLUME /data", "/data"), ("ONBUILD RUN x", "ONBUILD"), ("LABEL org.caisson.job=x", "org.caisson.job"),
        ])
    func refused(_ change: String, _ word: String) async throws {
        try await Images.with { caisson, images in
            _ = try images.commit(change)
            let path = caisson.folder.file("image.tar")
            try images.archive().write(to: URL(filePath: path))
            for source in [images.tag, path] {
                let added = try await caisson.caisson("image", "add", source, "--name", "bad")
                #expect(added.status == 2, "\(added.err)")
                #expect(added.err.contains("image_refused"))
                #expect(added.err.contains(word))
            }
            let shown = try json(try await caisson.caisson("image", "show", images.tag, "-o", "json"))
            #expect(shown["refusal"]?.stringValue?.contains(word) == true)
            #expect(try await caisson.caisson("image", "list").out.contains("bad") == false)
            let tags = try images.probe.request("GET", "/v1.41/images/json").json.arrayValue ?? []
            let added = tags.flatMap { $0["RepoTags"]?.arrayValue ?? [] }.compactMap(\.stringValue)
            #expect(!added.contains { $0.hasSuffix("-bad") })
        }
    }

    @Test("an archive is loaded from a file or a stream, under no name but ours, run, and removed with its name")
    func archive() async throws {
        try await Images.with { caisson, images in
            let id = try images.commit("ENV A=archive")
            let archive = try images.archive()
            let path = caisson.folder.file("image.tar")
            try archive.write(to: URL(filePath: path))
            images.remove(images.tag)
            #expect(try images.id(id) == nil)

            let added = try await caisson.caisson("image", "add", path, "--name", "one")
            #expect((added.status, added.out) == (0, "\(id)\n"), "\(added.err)")
            // The tag that stands in the archive was not given.
            #expect(try images.id(images.tag) == nil)
            let streamed = try await caisson.caisson("image", "add", "-", "--name", "two", stdin: archive)
            #expect((streamed.status, streamed.out) == (0, "\(id)\n"), "\(streamed.err)")
            let ran = try await caisson.run(image: "two", [], "echo", "here")
            #expect(ran.out == "here\n", "\(ran.err)")

            #expect(try await caisson.caisson("image", "rm", "one", "--from-engine").status == 0)
            #expect(try images.id(id) == id)
            #expect(try await caisson.caisson("image", "rm", "two", "--from-engine").status == 0)
            #expect(try images.id(id) == nil)
        }
    }

    @Test("what cannot be added says why, with the status that fits")
    func mistakes() async throws {
        try await CommandFixture.with { caisson in
            let text = try caisson.folder.write("no archive", to: "x.tar")
            let cases: [([String], Int32, String)] = [
                (["caisson/shell:local", "--name", "python"], 2, "Caisson's own"),
                (["caisson/shell:local", "--name", "Mine"], 2, "image name"),
                (["no/such:1", "--name", "a"], 3, "image_not_found"), (["no/such", "--name", "a"], 2, "neither a tag"),
                ([text, "--name", "a"], 2, "no tar archive"), (["/no/such.tar", "--name", "a"], 2, "input_unreadable"),
                ([caisson.folder.path, "--name", "a"], 2, "regular file"),
            ]
            for (words, status, word) in cases {
                let outcome = try await caisson.start(["image", "add"] + words).outcome()
                #expect(outcome.status == status, "\(words): \(outcome.err)")
                #expect(outcome.err.contains(word), "\(words): \(outcome.err)")
            }
            let nobody = ["DOCKER_HOST": "unix:///no/such.sock"]
            #expect(try await caisson.caisson("image", "list", environment: nobody).status == 6)
            #expect(try await caisson.caisson("image", "show", "no-such-image").status == 3)
        }
    }

    @Test("an image of ours says which packages it is made of")
    func packages() async throws {
        try await CommandFixture.with { caisson in
            let shown = try await caisson.caisson("image", "show", "shell", "-o", "json")
            let packages = try json(shown)["packages"]?.arrayValue?.compactMap(\.stringValue) ?? []
            #expect(packages.contains { $0.hasPrefix("debian busybox-static ") && $0.contains(" sha256:") })
            let inside = try await caisson.run([], "cat", "/usr/share/caisson/packages")
            #expect(inside.out.split(separator: "\n").dropFirst().map(String.init) == packages)
        }
    }
}
