import ArgumentParser
import Foundation
import Hardening
import Model
import Ports
import Testing

@testable import Commands

@Suite struct ImageCommandTests {
    @Test("the verbs are read, and what cannot be meant is refused")
    func verbs() throws {
        let add = try #require(try Caisson.parseAsRoot(["image", "add", "-", "--name", "n"]) as? ImageAddCommand)
        #expect((add.image, add.name) == ("-", "n"))
        let remove = try #require(
            try Caisson.parseAsRoot(["image", "rm", "n", "--from-engine"]) as? ImageRemoveCommand)
        #expect((remove.name, remove.fromEngine) == ("n", true))
        let show = try #require(try Caisson.parseAsRoot(["image", "show", "n", "-o", "json"]) as? ImageShowCommand)
        #expect((show.image, show.form.form) == ("n", .json))
        for words in [["add", "debian:12"], ["add", "--name", "x"], ["rm"], ["show"], ["list", "x"], ["pull", "x"]] {
            #expect(throws: (any Error).self, "\(words)") { try Caisson.parseAsRoot(["image"] + words) }
        }
    }

    @Test("a path is told from a reference")
    func archives() async throws {
        for word in ["-", "/tmp/x", "./x", "../x", "image.tar"] { #expect(ImageAddCommand.isArchive(word), "\(word)") }
        for word in ["debian:12", "org/debian:12", "a@sha256:1", "debian"] {
            #expect(!ImageAddCommand.isArchive(word), "\(word)")
        }
    }

    @Test("exit statuses of names: not found 3, taken 4, refused input 2")
    func statuses() throws {
        let name = try ImageName("a")
        let record = ImageRecord(
            name: name, imageID: "sha256:1", source: "s", loadedTag: nil, size: .mebibytes(1),
            addedAt: WallTime(milliseconds: 1))
        #expect(Failure(ImageNameError.unknown("a")).status == .notFound)
        #expect(Failure(EngineError.imageGone(name: "a", id: "i", source: "s")).status == .notFound)
        #expect(Failure(ImageNameError.taken(record)).status == .conflict)
        #expect(Failure(ImageNameError.reserved(name)).status == .invalidInput)
        #expect(Failure(EngineError.imageRefused(name: "a", reason: "r")).status == .invalidInput)
    }

    @Test("--image takes a name or a reference that says which image it means", arguments: ["org/debian", "host:1/x"])
    func exactReferences(_ image: String) throws {
        let profile = try ProfileSet.builtIn.profile(named: "shell")
        for exact in ["shell", "\(image):1", "\(image)@sha256:1"] {
            _ = try RunCommand.parse(["--image", exact, "--", "true"]).request(profile: profile)
        }
        let flags = try RunCommand.parse(["--image", image, "--", "true"])
        #expect(throws: InputError.self) { try flags.request(profile: profile) }
    }

    @Test("what is wrong with the words is told before anybody is asked")
    func words() throws {
        func source(_ words: String...) throws -> ImageAddCommand.Source { try ImageAddCommand.parse(words).source() }
        #expect(throws: ImageNameError.self) { try source("a:1", "--name", "shell") }
        #expect(throws: ModelError.self) { try source("a:1", "--name", "A") }
        #expect(throws: FileError.self) { try source("/no/such.tar", "--name", "a") }
        #expect(throws: FileError.notAFile(path: "/tmp")) { try source("/tmp", "--name", "a") }
        guard case .stream = try source("-", "--name", "a") else { Issue.record("- is the standard input"); return }
        guard case .reference = try source("a:1", "--name", "a") else { Issue.record("a:1 is a reference"); return }
    }
}
