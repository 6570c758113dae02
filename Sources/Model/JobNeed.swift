/// What a submission asks of a job that was accepted before it.
package struct JobNeed: Sendable, Hashable {
    package var job: JobID
    /// One of ``Need/Outcome/words``; a condition is refused.
    package var on: Need.Outcome

    /// The outcomes that can be asked for, for people.
    package static let outcomes = "ok, fail, any or skipped"

    package init(job: JobID, on: Need.Outcome = .ok) { (self.job, self.on) = (job, on) }
}

extension JobNeed: Codable {
    private enum CodingKeys: String, CodingKey { case job, on }

    /// The job's id as a word, and the outcome.
    ///
    /// - Throws: ``ModelError`` if it is no id.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        job = try JobID(try values.decode(String.self, forKey: .job))
        on = try values.decodeIfPresent(Need.Outcome.self, forKey: .on) ?? .ok
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(job.description, forKey: .job)
        try values.encode(on, forKey: .on)
    }
}
