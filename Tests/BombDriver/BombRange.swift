import Daemon
import Foundation
import Hardening
import Model
import Ports
import Scheduler
import TestSupport

/// Where a bomb goes off beside a normal job.
struct BombRange {
    let instance: Instance
    let watched: WatchedJobs
    let plan: BombPlan

    /// The neighbour has begun when the bomb is started, and does its work when the bomb says that it is armed; the bomb's input
    /// ends when the neighbour has ended.
    func setOff() async throws -> BombReport {
        // The first job finds what every later one shares.
        let open = Latch()
        open.open()
        _ = try await run(try await accept(neighbour, input: open))

        let before = try Memory.resetPeak()
        let (armed, over) = (Latch(), Latch())
        let beside = try await accept(neighbour, input: armed)
        let bomb = try await accept(bomb, input: over)
        let (begun, said) = (watched.latch(of: beside.job), watched.latch(of: bomb.job))
        async let besideEnd: Void = {
            defer {
                begun.open()
                over.open()
            }
            try await run(beside)
        }()
        await begun.wait()
        async let arming: Void = {
            await said.wait()
            armed.open()
        }()
        try await run(bomb)
        // Whatever came of it: nobody waits for it any more.
        said.open()
        await arming
        try await besideEnd
        let next = try await accept(request(image: "shell", command: ["echo", "next"]), input: nil)
        try await run(next)
        return BombReport(
            bomb: "\(bomb.job)", neighbour: "\(beside.job)", next: "\(next.job)", residentBytes: before,
            peakResidentBytes: try Memory.peak())
    }

    // MARK: Jobs

    private struct Accepted {
        let record: JobRecord
        var job: JobID { record.id }
    }

    private var bomb: JobRequest {
        get throws {
            var request = try request(image: plan.image, command: plan.command, files: plan.files)
            request.artifacts = plan.artifacts
            for (name, text) in plan.limits {
                guard let field = LimitField(rawValue: name) else { continue }
                field.set(try field.amount(text: text, field: name), in: &request.limits)
            }
            return request
        }
    }

    private var neighbour: JobRequest {
        get throws {
            var request = try request(image: "python", command: ["python3", "neighbour.py"], files: plan.neighbour)
            // It waits for the bomb, which on a machine that is busy takes its time to arm itself.
            request.limits.run = .seconds(300)
            return request
        }
    }

    private func request(image: String, command: [String], files: [String: String] = [:]) throws -> JobRequest {
        let profile = try Instance.profile(named: image).profile
        var request = JobRequest(image: image, command: command, profile: profile.name, limits: profile.limits)
        request.files = files.map { name, content in
            JobRequest.File(
                path: name, size: ByteCount(bytes: Int64(content.utf8.count)), isExecutable: false,
                source: TextSource(content))
        }
        return request
    }

    private func accept(_ request: JobRequest, input: Latch?) async throws -> Accepted {
        var request = request
        if let input { request.stdin = .live(InputUntil(end: input)) }
        return Accepted(record: try await instance.accept(request))
    }

    private func run(_ job: Accepted) async throws {
        _ = try await instance.end(of: job.record)
    }
}

/// An input without a byte that ends when something happens.
struct InputUntil: InputSource {
    let end: Latch

    func next() async throws(StoreError) -> [UInt8]? {
        await end.wait()
        return nil
    }
}
