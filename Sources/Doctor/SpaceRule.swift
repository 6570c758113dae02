import Model

/// Whether there is room on a disk.
struct SpaceRule {
    struct Problems {
        let full, low, noFiles, fewFiles, unknown: Problem
    }

    let check: Check
    let place: String
    let least: (fail: ByteCount, warn: ByteCount)
    let problems: Problems
    let remedy: String

    /// Files that must at least be possible, and below which they soon will not.
    static let leastFiles: (fail: Int64, warn: Int64) = (100, 10_000)

    func finding(_ space: Space?) -> Finding {
        guard let space else {
            return .unknown(
                check, problems.unknown, "How much room is on the disk of \(place) cannot be read.",
                "Look for yourself: df -h; df -i")
        }
        if let files = space.freeFiles, files < Self.leastFiles.warn {
            let message = "Only \(files) more files can be made on the disk of \(place)."
            return files < Self.leastFiles.fail
                ? .fail(check, problems.noFiles, message, remedy) : .warn(check, problems.fewFiles, message, remedy)
        }
        let free = "\(space.free.bytes >> 20) MiB are free on the disk of \(place)"
        if space.free < least.fail { return .fail(check, problems.full, "Only \(free).", remedy) }
        if space.free < least.warn { return .warn(check, problems.low, "Only \(free).", remedy) }
        return .ok(check, "\(free).")
    }
}
