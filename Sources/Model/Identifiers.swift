/// The alphabet of all ids: lower-case base 32 without the letters and digits that are easily confused.
private let idAlphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

private func randomID(length: Int, using generator: inout some RandomNumberGenerator) -> String {
    String((0..<length).map { _ in idAlphabet[Int.random(in: 0..<idAlphabet.count, using: &generator)] })
}

private func isID(_ text: String, length: Int) -> Bool {
    text.utf8.count == length && text.allSatisfy { idAlphabet.contains($0) }
}

/// Names one data folder, so that what it made in an engine can be told from what others made there.
package struct InstallationID: Sendable, Hashable, CustomStringConvertible, Codable {
    /// Eight characters of base 32: 40 random bits.
    package static let length = 8
    package let description: String

    /// - Throws: ``ModelError/malformed(field:value:expected:)`` if `text` is not an installation id.
    package init(_ text: String) throws(ModelError) {
        guard isID(text, length: Self.length) else {
            throw .malformed(field: "installation id", value: text, expected: "\(Self.length) characters of base 32")
        }
        description = text
    }

    package init(using generator: inout some RandomNumberGenerator) {
        description = randomID(length: Self.length, using: &generator)
    }
}

/// Names one job; the leading characters are random, so a short prefix is usually enough to name it.
package struct JobID: Sendable, Hashable, CustomStringConvertible, Codable {
    /// Twelve characters of base 32: 60 random bits.
    package static let length = 12
    package let description: String

    /// - Throws: ``ModelError/malformed(field:value:expected:)`` if `text` is not a job id.
    package init(_ text: String) throws(ModelError) {
        guard isID(text, length: Self.length) else {
            throw .malformed(field: "job id", value: text, expected: "\(Self.length) characters of base 32")
        }
        description = text
    }

    package init(using generator: inout some RandomNumberGenerator) {
        description = randomID(length: Self.length, using: &generator)
    }
}

/// Names one try of one job.
package struct AttemptID: Sendable, Hashable, CustomStringConvertible, Codable {
    package let job: JobID
    /// Counted from 1.
    package let number: Int

    package init(job: JobID, number: Int) {
        (self.job, self.number) = (job, number)
    }

    /// The job's id and the number, as in `k3v9x2m7q4ta.1`: also the name of the attempt's spool folder.
    package var description: String { "\(job).\(number)" }
}
