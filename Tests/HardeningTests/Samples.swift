import Hardening
import Model

enum Samples {
    static let imageID = "sha256:" + String(repeating: "7", count: 64)

    static func profile() throws -> Profile { try ProfileSet.builtIn.profile(named: "shell") }

    /// A plan whose every number differs from every other.
    static func plan(
        imageID: String = imageID, imageEnvironmentNames: [String] = ["PATH", "LD_PRELOAD", "GREETING"],
        cellVolume: String = "caisson-0123abcd-cell-fedcba987654-ab12cd34", fillsVolume: Bool = false
    ) throws -> ContainerPlan {
        var limits = try profile().limits
        limits.milliCPUs = 1500
        limits.memory = .mebibytes(256)
        limits.pids = 63
        limits.work = .mebibytes(65)
        limits.tmp = .mebibytes(17)
        limits.files = 257
        return ContainerPlan(
            name: "caisson-0123abcd-k3v9x2m7q4ta-1",
            labels: ["org.caisson.installation": "0123abcd", "org.caisson.attempt": "1"], imageID: imageID,
            imageEnvironmentNames: imageEnvironmentNames, cellVolume: cellVolume, fillsVolume: fillsVolume,
            profile: try profile(), limits: limits)
    }
}
