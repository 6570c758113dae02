import Model
import Ports
import Scheduler
import Synchronization
import TestSupport
import Testing

/// An engine that has images and nothing else.
private final class FakeImages: ImageEngine {
    struct State {
        var images: [String: ImageSighting] = [:]
        var tags: [String: String] = [:]
    }
    let state = Mutex(State())

    func add(_ digit: String, tag: String, refusal: String? = nil) -> String {
        var image = ImageSighting(id: "sha256:" + String(repeating: digit, count: 64))
        (image.refusal, image.size) = (refusal, .mebibytes(5))
        state.withLock { [image] state in
            state.images[image.id] = image
            state.tags[tag] = image.id
        }
        return image.id
    }

    func drop(_ id: String) { state.withLock { $0.images[id] = nil } }

    func sighting(of reference: String) async throws(EngineError) -> ImageSighting? {
        state.withLock { $0.images[$0.tags[reference] ?? reference] }
    }

    func inventory() async throws(EngineError) -> [ImageInventoryItem] {
        state.withLock { state in
            state.images.values.map { image in
                let tags = state.tags.filter { $0.value == image.id }.map(\.key)
                return ImageInventoryItem(
                    id: image.id, tags: tags, size: image.size, created: WallTime(milliseconds: 0))
            }
        }
    }

    func load(_ archive: any ArchiveBytes, name: String, tag: String) async throws(EngineError) -> ImageSighting {
        guard archive.length > 0 else { throw .imageRefused(name: name, reason: "it is empty") }
        let id = add("f", tag: tag)
        return ImageSighting(id: id)
    }

    func remove(tag: String) async throws(EngineError) { state.withLock { $0.tags[tag] = nil } }
}

@Suite struct ImageRegisterTests {
    private let engine = FakeImages()
    private let store = MemoryImages()

    private var register: ImageRegister {
        ImageRegister(engine: engine, store: store, installation: FakeWorld.installation, clock: FixedWallClock())
    }

    private var catalogue: ImageCatalogue { ImageCatalogue(engine: engine, names: store) }

    private static let tag = "caisson/added:\(FakeWorld.installation)-a"

    @Test("a name keeps the image it was given, though its reference means another one")
    func pinned() async throws {
        let id = engine.add("1", tag: "debian:12")
        let name = try ImageName("a")
        let record = try await register.add(reference: "debian:12", name: name)
        #expect((record.imageID, record.source, record.loadedTag) == (id, "debian:12", nil))
        #expect(record.size == .mebibytes(5))
        let other = engine.add("2", tag: "debian:12")
        let described = try await catalogue.describe("a")
        #expect(described.sighting?.id == id)
        #expect(try await catalogue.describe("debian:12").sighting?.id == other)
        await #expect(throws: ImageNameError.taken(record)) {
            try await register.add(reference: "debian:12", name: name)
        }
        let again = try await register.add(reference: id, name: name)
        #expect(again == record)
    }

    @Test("what is not there, not exact, refused or reserved gets no name")
    func refused() async throws {
        _ = engine.add("1", tag: "bad:1", refusal: "it has ONBUILD triggers")
        let (name, own) = (try ImageName("a"), try ImageName("python"))
        await #expect(throws: EngineError.imageNotFound(name: "no:1")) {
            try await register.add(reference: "no:1", name: name)
        }
        await #expect(throws: EngineError.imageRefused(name: "bad:1", reason: "it has ONBUILD triggers")) {
            try await register.add(reference: "bad:1", name: name)
        }
        await #expect(throws: ImageNameError.notExact(reference: "bad")) {
            try await register.add(reference: "bad", name: name)
        }
        await #expect(throws: ImageNameError.reserved(own)) { try await register.add(reference: "bad:1", name: own) }
        await #expect(throws: ImageNameError.reserved(own)) {
            try await register.add(archive: MemoryArchive([1]), source: "x.tar", name: own)
        }
        let kept = try await store.images()
        #expect(kept.isEmpty)
    }

    @Test("an archive is loaded under our tag, and only that tag is taken away again")
    func archive() async throws {
        let name = try ImageName("a")
        let record = try await register.add(archive: MemoryArchive([1]), source: "x.tar", name: name)
        #expect((record.loadedTag, record.source) == (Self.tag, "x.tar"))
        await #expect(throws: ImageNameError.taken(record)) {
            try await register.add(archive: MemoryArchive([1]), source: "y.tar", name: name)
        }
        let removed = try await register.remove(name, fromEngine: true)
        #expect(removed == record)
        #expect(try await engine.sighting(of: Self.tag) == nil)
        await #expect(throws: ImageNameError.unknown("a")) { try await register.remove(name, fromEngine: false) }
    }

    @Test("a refused archive leaves no name")
    func refusedArchive() async throws {
        await #expect(throws: EngineError.imageRefused(name: "x.tar", reason: "it is empty")) {
            try await register.add(archive: MemoryArchive([]), source: "x.tar", name: try ImageName("a"))
        }
        let kept = try await store.images()
        #expect(kept.isEmpty)
    }

    @Test("what we did not load, or what has our tag by now, stays in the engine")
    func notOurs() async throws {
        let (reference, loaded) = (try ImageName("b"), try ImageName("a"))
        _ = engine.add("1", tag: "debian:12")
        let record = try await register.add(reference: "debian:12", name: reference)
        await #expect(throws: ImageNameError.notLoadedByUs(record)) {
            try await register.remove(reference, fromEngine: true)
        }
        #expect(try await store.image(reference) == record)
        _ = try await register.add(archive: MemoryArchive([1]), source: "x.tar", name: loaded)
        let other = engine.add("2", tag: Self.tag)
        _ = try await register.remove(loaded, fromEngine: true)
        #expect(try await engine.sighting(of: Self.tag)?.id == other)
    }

    @Test("the list holds our own images and those that were added, which hide ours and may be gone")
    func list() async throws {
        let python = engine.add("1", tag: "caisson/python:local")
        _ = engine.add("2", tag: "caisson/numpy:local")
        _ = engine.add("3", tag: "caisson/cell:0123")
        let other = engine.add("4", tag: "other/numpy:1")
        let gone = engine.add("5", tag: "gone:1")
        _ = try await register.add(reference: "other/numpy:1", name: try ImageName("numpy"))
        _ = try await register.add(reference: "gone:1", name: try ImageName("a"))
        engine.drop(gone)
        let entries = try await catalogue.list()
        #expect(entries.map(\.name.description) == ["a", "numpy", "python"])
        #expect(entries.map(\.imageID) == [gone, other, python])
        #expect(entries.map { $0.item != nil } == [false, true, true])
        #expect(entries.map { $0.record != nil } == [true, true, false])
        let described = try await catalogue.describe("a")
        #expect(described.sighting == nil)
        #expect(described.record?.imageID == gone)
    }

    @Test("names that mean nothing are told apart from references that do not say enough")
    func unknown() async throws {
        await #expect(throws: ImageNameError.unknown("nothing")) { try await catalogue.describe("nothing") }
        await #expect(throws: ImageNameError.unknown("a/b:c")) { try await catalogue.describe("a/b:c") }
        await #expect(throws: ImageNameError.notExact(reference: "a/b")) { try await catalogue.describe("a/b") }
    }

    @Test("no more names are kept than can be listed")
    func bound() async throws {
        let id = engine.add("1", tag: "x:1")
        for number in 0..<ImageRecord.mostNames {
            try await store.addImage(
                ImageRecord(
                    name: try ImageName("n\(number)"), imageID: id, source: "x:1", loadedTag: nil, size: .mebibytes(1),
                    addedAt: WallTime(milliseconds: 1)))
        }
        await #expect(throws: ImageNameError.tooMany(ImageRecord.mostNames)) {
            try await register.add(reference: "x:1", name: try ImageName("more"))
        }
    }

    @Test("what an image is made of is read from its comment, if that is such a list")
    func packages() {
        var image = ImageSighting(id: "sha256:1")
        #expect(image.packages.isEmpty)
        image.comment = "buildkit.dockerfile.v0"
        #expect(image.packages.isEmpty)
        image.comment = "# What this image is made of: x\ndebian busybox 1\npypi numpy 2\n"
        #expect(image.packages == ["debian busybox 1", "pypi numpy 2"])
    }
}
