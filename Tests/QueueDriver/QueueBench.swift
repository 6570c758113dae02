import Foundation
import Hardening
import Model
import Planner
import Ports
import SQLiteStore
import Scheduler
import TestSupport

/// The real store in a folder on a disk, with what is measured on it.
struct QueueBench {
    let store: SQLiteJobStore
    let ids = SeededIDs(seed: 1)
    let capacity = PlanCapacity(slots: 64, milliCPUs: 1_000_000, memory: .gibibytes(1024), startsAtOnce: 64)

    init(folder: String) throws {
        guard let lock = try StoreLock.acquireNow(folder) else {
            throw StoreError.locked(path: folder, pid: nil, waited: .zero)
        }
        store = try SQLiteJobStore.openNow(
            lock, blobs: MemoryBlobs(), ids: ids, clock: SystemCalendar(), conditions: .none)
    }

    static let profile: PreparedProfile = {
        guard let profile = try? ProfileSet.builtIn.profile(named: "shell") else {  // ignored: told right here
            FileHandle.standardError.write(Data("the built-in profile shell cannot be read\n".utf8))
            exit(70)  // as sysexits.h has it for a mistake in the program
        }
        return PreparedProfile(profile: profile, digest: "sha256:p", filter: [6, 0, 0, 0, 0, 0, 0, 0])
    }()

    /// What every job runs.
    static var spec: JobSpec {
        JobSpec(
            imageID: "", imageName: "shell", command: ["true"], profile: "shell", limits: profile.profile.limits)
    }

    /// A graph in layers: each node needs one of the layer before.
    static func graph(_ count: Int) -> Submission {
        let width = max(1, count / 100)
        let nodes = (0..<count).map { number in
            NodeSpec(
                name: "n\(number)", spec: 0,
                needs: number < width ? [] : [Need(node: "n\(number - width)", on: .ok)])
        }
        return Submission(name: "graph", nodes: nodes, specs: [spec], isGraph: true)
    }

    /// A list of jobs that do not need each other.
    static func many(_ count: Int) -> Submission {
        Submission(
            name: "list", nodes: (0..<count).map { NodeSpec(name: "n\($0)", spec: 0) }, specs: [spec], isGraph: true)
    }

    /// Seconds that `body` takes.
    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let begin = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - begin) / .seconds(1)
    }

    /// The value below which a share of all lie.
    static func percentile(_ values: [Double], _ share: Double) -> Double {
        let ordered = values.sorted()
        return ordered.isEmpty ? 0 : ordered[min(ordered.count - 1, Int(Double(ordered.count) * share))]
    }

    /// The most memory that this process has had, in MiB.
    static var peakMemory: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""  // ignored: 0 tells it
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Double(line.split(separator: " ").dropFirst().first.map(String.init) ?? "") ?? 0) / 1024
    }
}

/// The machine's calendar.
struct SystemCalendar: WallClock {
    func now() -> WallTime { WallTime(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)) }
}
