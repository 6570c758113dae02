/// Every step around which a process can end: each call of a port that changes something outside of the process.
///
/// What wraps the ports names its steps by these alone, so that a step that nobody wraps, or nothing passes, is found
/// (`Scripts/crash`).
enum CrashStep: String, CaseIterable, Sendable {
    // Commits: what comes in.
    case storeKeep = "store.keep"
    case storeSubmit = "store.submit"
    // What is to begin.
    case storeWake = "store.wake"
    case storeExpand = "store.expand"
    // The life of an attempt.
    case storeLease = "store.lease"
    case storeMarkVerified = "store.markVerified"
    case storeMarkWorking = "store.markWorking"
    case storeMarkStopping = "store.markStopping"
    case storeMarkFinalizing = "store.markFinalizing"
    case storeSetLending = "store.setLending"
    case storeFinish = "store.finish"
    case storeRequeue = "store.requeue"
    case storeMarkAdopted = "store.markAdopted"
    case storeEnd = "store.end"
    case storeMarkRemoved = "store.markRemoved"
    // What people ask for.
    case storeCancel = "store.cancel"
    case storeHold = "store.hold"
    case storeSetPriority = "store.setPriority"
    case storeDecide = "store.decide"
    case storeRetry = "store.retry"
    case storeDiscard = "store.discard"
    case storeSetQueue = "store.setQueue"
    case storeSetCellVolume = "store.setCellVolume"
    // What is no longer kept.
    case storeRetire = "store.retire"
    case storeCheckpoint = "store.checkpoint"
    // Names of images.
    case storeAddImage = "store.addImage"
    case storeRemoveImage = "store.removeImage"
    // The engine, and one container of it.
    case enginePin = "engine.pin"
    case engineCreate = "engine.create"
    case engineSightings = "engine.sightings"
    case engineRemove = "engine.remove"
    case engineRemoveStale = "engine.removeStale"
    case sandboxStart = "sandbox.start"
    case sandboxWork = "sandbox.work"
    case sandboxResume = "sandbox.resume"
    case sandboxStop = "sandbox.stop"
    case sandboxRemove = "sandbox.remove"
    // Streams: their first piece, and the one that goes beyond 500 KiB.
    case spoolsRemove = "spools.remove"
    case reportFirst = "report.first"
    case stdoutFirst = "stdout.first"
    case stdoutMiddle = "stdout.middle"
    case stderrFirst = "stderr.first"
    case stderrMiddle = "stderr.middle"
    case artifactsFirst = "artifacts.first"
    case artifactsMiddle = "artifacts.middle"
}
