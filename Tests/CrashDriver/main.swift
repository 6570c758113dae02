// Runs a job as `caisson run` does, and kills itself with SIGKILL at a named point: what a crash leaves is for the next
// process to settle. For tests only.
//
//   crash-driver POINT IMAGE COMMAND ARG…       CAISSON_HOME and DOCKER_HOST as for caisson
//
// A point is "before" or "after" and a step, as in "after store.markWorking"; `CrashPoint.steps` lists them.
import Daemon
import Foundation
import Hardening
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler

let arguments = CommandLine.arguments
guard arguments.count > 3 else { exit(64) }  // as sysexits.h has it for a wrong command line
let crash = CrashPoint(arguments[1])
let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
let configuration = try InstanceConfiguration(
    home: nil, environment: ProcessInfo.processInfo.environment, executable: executable.path)
var layers = Layers()
layers.spools = { CrashingSpools(spools: $0, crash: crash) }
layers.store = { CrashingStore(store: $0, crash: crash) }
layers.engine = { CrashingEngine(engine: $0, crash: crash) }
let logger = Logger(label: "crash") { _ in SwiftLogNoOpLogHandler() }
let instance = try await Instance.open(configuration, logger: logger, layers: layers)
let profile = try Instance.profile(named: "shell").profile
let request = JobRequest(
    image: arguments[2], command: Array(arguments[3...]), profile: profile.name, limits: profile.limits)
try await instance.serving {
    // What an earlier process left is in hand first.
    for attempt in try await instance.store.liveAttempts() {
        _ = try await instance.end(of: try await instance.store.job("\(attempt.id.job)"))
    }
    _ = try await instance.end(of: try await instance.accept(request))
}
try await instance.close()
