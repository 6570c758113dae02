import ArgumentParser
import Foundation
import Hardening
import Model
import Ports
import TestSupport
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
            _ = try RunRequest.make(try RunCommand.parse(["--image", exact, "--", "true"]), profile: profile)
        }
        let flags = try RunCommand.parse(["--image", image, "--", "true"])
        #expect(throws: InputError.self) { try RunRequest.make(flags, profile: profile) }
    }

    @Test("a file is read at any place, and what is not there is an error")
    func file() async throws {
        try await TemporaryFolder.with { folder in
            let file = try ArchiveFile(path: try folder.write("0123456789", to: "a"))
            #expect(file.length == 10)
            let (middle, end) = (try await file.read(from: 3, count: 4), try await file.read(from: 10, count: 0))
            #expect(middle == Array("3456".utf8))
            #expect(end.isEmpty)
            await #expect(throws: StoreError.self) { try await file.read(from: 8, count: 3) }
            #expect(throws: FileError.notAFile(path: folder.path)) { try ArchiveFile(path: folder.path) }
            #expect(throws: FileError.self) { try ArchiveFile(path: folder.file("none")) }
        }
    }

    @Test("a stream is copied to a file without a name")
    func stream() async throws {
        struct Pieces: InputSource {
            let left = AsyncStream<[UInt8]> { continuation in
                for text in ["ab", "cde"] { continuation.yield(Array(text.utf8)) }
                continuation.finish()
            }
            func next() async throws(StoreError) -> [UInt8]? {
                var iterator = left.makeAsyncIterator()
                return await iterator.next()
            }
        }
        try await TemporaryFolder.with { folder in
            let file = try await ArchiveFile(copying: Pieces(), into: folder.path)
            #expect(file.length == 5)
            let read = try await file.read(from: 1, count: 3)
            #expect(read == Array("bcd".utf8))
            #expect(try folder.contents().isEmpty)
        }
    }
}
