// Runs what Caisson runs, and kills itself with SIGKILL at a named point: what a crash leaves is for the next process to
// settle. For tests only.
//
//   crash-driver POINT IMAGE COMMAND ARG…        one job, in this process
//   crash-driver serve POINT PASSAGE LIST        the daemon, to the given passage of the point; LIST gets a line for each passage
//   crash-driver points                          the names of all points
//
// CAISSON_HOME and DOCKER_HOST as for caisson. A point is "before" or "after" and a step, as in "after store.markWorking"; "any" is
// every point, "none" no point.
import Daemon
import Foundation

let arguments = CommandLine.arguments
if arguments.dropFirst() == ["points"] {
    FileHandle.standardOutput.write(Data(CrashPoint.all.joined(separator: "\n").utf8))
    exit(0)
}
let isDaemon = arguments.count == 5 && arguments[1] == "serve"
guard arguments.count > 3 else { exit(64) }  // as sysexits.h has it for a wrong command line
let crash: CrashPoint
if isDaemon {
    guard let passage = Int(arguments[3]), passage > 0 else { exit(64) }
    crash = CrashPoint(arguments[2], passage: passage, list: arguments[4])
} else {
    crash = CrashPoint(arguments[1])
}
let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
let configuration = try InstanceConfiguration(
    home: nil, environment: ProcessInfo.processInfo.environment, executable: executable.path)
var layers = Layers()
layers.spools = { CrashingSpools(spools: $0, crash: crash) }
layers.store = { CrashingStore(store: $0, crash: crash) }
layers.retention = { CrashingRetention(store: $0, crash: crash) }
layers.images = { CrashingImages(images: $0, crash: crash) }
layers.engine = { CrashingEngine(engine: $0, crash: crash) }
if isDaemon {
    try await DrivenDaemon.run(configuration, layers)
} else {
    try await DrivenJob.run(image: arguments[2], Array(arguments[3...]), in: configuration, layers)
}
