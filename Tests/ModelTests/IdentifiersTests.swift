import Model
import TestSupport
import Testing

@Suite struct IdentifiersTests {
    private static let alphabet = Set("0123456789abcdefghjkmnpqrstvwxyz")

    @Test("made ids are of their length and alphabet, and read back")
    func made() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let (job, installation) = (JobID(using: &generator), InstallationID(using: &generator))
            #expect(job.description.count == 12)
            #expect(installation.description.count == 8)
            #expect(Self.alphabet.isSuperset(of: "\(job)\(installation)"))
            #expect(try JobID("\(job)") == job)
            #expect(try InstallationID("\(installation)") == installation)
        }
    }

    @Test("the same seed makes the same ids, and one seed no id twice")
    func seeded() {
        var (first, second) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
        let ids = (0..<1000).map { _ in JobID(using: &first) }
        #expect(ids == (0..<1000).map { _ in JobID(using: &second) })
        #expect(Set(ids).count == 1000)
        // Every character comes at every place: nothing of the 60 bits is lost.
        for place in 0..<12 { #expect(Set(ids.map { Array("\($0)")[place] }) == Self.alphabet) }
    }

    @Test(
        "a text that is no id is refused",
        arguments: [
            "", "k3v9x2m7q4t", "k3v9x2m7q4taa", "K3v9x2m7q4ta", "i3v9x2m7q4ta", "l3v9x2m7q4ta", "o3v9x2m7q4ta",
            "u3v9x2m7q4ta", "k3v9-2m7q4ta", "k3v9 2m7q4ta", "é3v9x2m7q4t", "k3v9x2m7q4t\n", "../../../../",
        ])
    func refused(_ text: String) {
        #expect(throws: ModelError.self) { try JobID(text) }
        #expect(throws: ModelError.self) { try InstallationID(text) }
    }

    @Test("an attempt is named by its job and its number")
    func attempt() throws {
        #expect(AttemptID(job: try JobID("k3v9x2m7q4ta"), number: 12).description == "k3v9x2m7q4ta.12")
    }
}
