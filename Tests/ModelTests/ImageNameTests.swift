import Model
import Testing

@Suite struct ImageNameTests {
    @Test(
        "what can be a name", arguments: ["a", "0", "numpy", "my.image-2_x", "a..b", String(repeating: "a", count: 63)])
    func names(_ text: String) throws {
        #expect(try ImageName(text).description == text)
        #expect(ImageName(ifName: text) != nil)
    }

    @Test(
        "what cannot",
        arguments: [
            "", "A", "-a", ".a", "_a", "a b", "a/b", "a:b", "a@b", "ä", "a\n", "a\u{0}", "../x",
            String(repeating: "a", count: 64),
        ])
    func noNames(_ text: String) {
        #expect(throws: ModelError.self) { try ImageName(text) }
        #expect(ImageName(ifName: text) == nil)
    }

    @Test("a name and the reference of an image of ours lead to each other")
    func localReference() throws {
        let name = try ImageName("numpy")
        #expect(name.localReference == "caisson/numpy:local")
        #expect(ImageName(localReference: name.localReference) == name)
        for other in ["caisson/numpy:recipe-1", "other/numpy:local", "caisson/:local", "caisson/a/b:local", "caisson/"]
        {
            #expect(ImageName(localReference: other) == nil, "\(other)")
        }
    }

    @Test("a reference says which image it means by a tag, a digest or an id")
    func exact() {
        for exact in ["debian:12", "sha256:abc", "host:5000/a/b:c", "a@sha256:1", "host/a@sha256:1"] {
            #expect(ImageName.isExact(reference: exact), "\(exact)")
        }
        for open in ["debian", "org/debian", "host:5000/debian", ""] {
            #expect(!ImageName.isExact(reference: open), "\(open)")
        }
    }

    @Test("names of our own cannot be given away")
    func reserved() throws {
        for name in ImageName.reserved { #expect(try ImageName(name).isReserved) }
        #expect(try !ImageName("numpy").isReserved)
    }
}
