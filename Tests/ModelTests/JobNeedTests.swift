import Foundation
import Model
import Testing

@Suite struct JobNeedTests {
    private static let job = "k3v9x2m7q4ta"

    private func submission(_ after: [JobNeed]?) -> Submission {
        var submission = Submission(Samples.spec)
        submission.after = after
        return submission
    }

    @Test("a submission says nothing of jobs before it unless there are some: what it was is what it is")
    func coding() throws {
        let job = try JobID(Self.job)
        let none = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(submission(nil)))
        #expect(none["after"] == nil)
        let some = submission([JobNeed(job: job), JobNeed(job: try JobID("z3v9x2m7q4ta"), on: .any)])
        let data = try JSONEncoder().encode(some)
        let json = try JSONDecoder().decode(JSONValue.self, from: data)
        #expect(json["after"]?.arrayValue?.first == ["job": .string(Self.job), "on": "ok"])
        #expect(try JSONDecoder().decode(Submission.self, from: data) == some)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(JobNeed.self, from: Data(#"{"job":"k3v9"}"#.utf8))
        }
    }

    @Test("none, too many, one twice and a condition are told")
    func mistakes() throws {
        let job = try JobID(Self.job)
        #expect(submission([JobNeed(job: job)]).mistakes.isEmpty)
        #expect(submission([]).mistakes.count == 1)
        #expect(submission([JobNeed(job: job), JobNeed(job: job, on: .any)]).mistakes.count == 1)
        #expect(submission([JobNeed(job: job, on: .when("result"))]).mistakes.count == 1)
        let many = try (0...Submission.mostAfter).map { JobNeed(job: try JobID("k3v9x2m7q" + "\(100 + $0)")) }
        #expect(submission(many).mistakes.count == 1)
    }
}
