/// Which of a job's two streams.
package enum OutputStream: String, Sendable, Hashable, Codable, CaseIterable {
    case stdout, stderr
}

/// What `include` of `GET /jobs` and `GET /jobs/{id}` may name, with commas between.
package enum JobPart: String, Sendable, Hashable, CaseIterable {
    case attempts, events, spec
}
