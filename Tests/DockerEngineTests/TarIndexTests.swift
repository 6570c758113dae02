import Model
import TestSupport
import Testing

@testable import DockerEngine

@Suite struct TarIndexTests {
    private typealias Member = TarMaker.Member

    private func index(_ bytes: [UInt8]) async throws -> TarIndex { try await TarIndex(MemoryArchive(bytes)) }

    private func problem(_ bytes: [UInt8]) async -> String? {
        do {
            _ = try await index(bytes)
            return nil
        } catch {
            return (error as? ArchiveProblem)?.reason ?? "\(error)"
        }
    }

    @Test("members are found by name, with where their content lies")
    func members() async throws {
        let bytes = TarMaker.archive([
            Member(name: "./a", content: Array("one".utf8)), Member(name: "d/", type: "5"),
            Member(name: "d/b", content: [UInt8](repeating: 7, count: 512)),
            Member(name: "a", content: Array("two".utf8)),
        ])
        let index = try await index(bytes)
        let (first, second) = (try #require(index.file("a")), try #require(index.file("./d/b")))
        #expect(Array(bytes[Int(first.content.lowerBound)..<Int(first.content.upperBound)]) == Array("two".utf8))
        #expect(second.content.count == 512)
        #expect(index.file("d") == nil)
        #expect(index.file("x") == nil)
    }

    @Test("what is shorter than a header is no archive, and only nothing is empty")
    func short() async {
        #expect(await problem([]) == "it is empty")
        #expect(await problem(Array("kind: job".utf8)) == "it is no tar archive")
    }

    @Test("links lead to the files they mean, and not out of the archive")
    func links() async throws {
        let index = try await index(
            TarMaker.archive([
                Member(name: "a/layer.tar", content: [1]),
                Member(name: "b/layer.tar", type: "2", link: "../a/layer.tar"),
                Member(name: "b/hard", type: "1", link: "a/layer.tar"),
                Member(name: "b/out", type: "2", link: "../../etc/passwd"),
                Member(name: "b/again", type: "2", link: "layer.tar"), Member(name: "b/self", type: "2", link: "self"),
            ]))
        let wanted = index.file("a/layer.tar")
        #expect(wanted != nil)
        #expect(index.file("b/layer.tar") == wanted)
        #expect(index.file("b/hard") == wanted)
        for name in ["b/out", "b/again", "b/self"] { #expect(index.file(name) == nil, "\(name)") }
    }

    @Test("long names, in GNU's form and in that of POSIX")
    func longNames() async throws {
        let name = String(repeating: "n", count: 150)
        let record = "path=\(name)\n"
        let length = record.utf8.count + 4
        let index = try await index(
            TarMaker.archive([
                Member(name: "x", content: Array("\(name)g\u{0}".utf8), type: "L"), Member(name: "cut", content: [1]),
                Member(name: "x", content: Array("\(length) \(record)".utf8), type: "x"),
                Member(name: "cut", content: [2]),
                Member(name: "after", content: [3]),
            ]))
        #expect(Set(index.members.keys) == ["\(name)g", name, "after"])
    }

    @Test("what is no archive, or half of one, is told apart")
    func problems() async throws {
        let whole = TarMaker.archive([Member(name: "a", content: [UInt8](repeating: 1, count: 2000))])
        var damaged = whole
        damaged[0] ^= 1
        let cases: [([UInt8], String)] = [
            ([], "empty"), ([UInt8](repeating: 0, count: 1024), "empty"),
            ([0x1F, 0x8B] + [UInt8](repeating: 1, count: 600), "compressed"),
            ([UInt8](repeating: 0x20, count: 600), "no tar"), (damaged, "no tar"),
            (Array(whole[..<1500]), "cut short"),
            (TarMaker.archive([Member(name: "a")], closed: false) + damaged, "damaged at byte 512"),
            (TarMaker.archive([Member(name: "x", content: Array("9 path=\n".utf8), type: "x")]), "damaged"),
            (TarMaker.archive([Member(name: "x", content: Array("11 size=-1\n".utf8), type: "x")]), "damaged"),
            (
                TarMaker.archive([Member(name: "x", content: [UInt8](repeating: 0, count: 70_000), type: "L")]),
                "70000 bytes"
            ),
            (
                TarMaker.archive((0...TarIndex.Limit.members).map { Member(name: "\($0)") }),
                "more than"
            ),
        ]
        for (bytes, word) in cases {
            let found = await problem(bytes)
            #expect(found?.contains(word) == true, "\(found ?? "nothing") for \(word)")
        }
    }

    @Test("a size that reaches beyond the archive, or below zero, is refused")
    func sizes() async throws {
        for field in ["77777777777", "-0000000001"] {
            var header = TarHeader.bytes("a", size: 0, mode: 0, type: "0")
            header.replaceSubrange(124..<135, with: Array(field.utf8))
            #expect(await problem(TarMaker.signed(header) + [UInt8](repeating: 0, count: 1024)) != nil)
        }
        // Base 256, as GNU writes what octal digits cannot hold.
        var header = TarHeader.bytes("a", size: 0, mode: 0, type: "0")
        header.replaceSubrange(124..<136, with: [0x80] + [UInt8](repeating: 0, count: 9) + [2, 0])
        let index = try await index(TarMaker.signed(header) + [UInt8](repeating: 1, count: 512))
        #expect(index.file("a")?.content.count == 512)
        header.replaceSubrange(124..<136, with: [UInt8](repeating: 0xFF, count: 12))
        #expect(await problem(TarMaker.signed(header) + [UInt8](repeating: 1, count: 512)) != nil)
    }
}
