// Runs a bomb and a normal job at once in one instance, then another normal job, and tells which jobs they were and how much
// memory this process needed for them. For tests only.
//
//   bomb-driver <PLAN       CAISSON_HOME and DOCKER_HOST as for caisson
//
// The plan is a `BombPlan` as JSON, what is told a `BombReport`.
import Daemon
import Foundation
import Logging
import Model
import TestSupport

guard let planned = try FileHandle.standardInput.readToEnd() else { exit(65) }  // as sysexits.h has it
let plan = try JSONDecoder().decode(BombPlan.self, from: planned)
let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
let configuration = try InstanceConfiguration(
    home: nil, environment: ProcessInfo.processInfo.environment, executable: executable.path)
let watched = WatchedJobs()
var layers = Layers()
layers.spools = { WatchedSpools(spools: $0, jobs: watched) }
let instance = try await Instance.open(
    configuration, logger: Logger(label: "bomb") { _ in SwiftLogNoOpLogHandler() }, layers: layers)
let range = BombRange(instance: instance, watched: watched, plan: plan)
let report = try await instance.serving { try await range.setOff() }
try await instance.close()
try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(report))
