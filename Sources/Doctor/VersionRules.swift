import Ports

/// Whether the engine and the programs beneath it have the mends of what is known against them.
struct VersionRules {
    let info: EngineInfo

    var findings: [Finding] {
        judge(
            .engineVersion, "Engine", info.version, Advisory.engine, unknown: .engineVersionUnknown,
            packages: (distribution: "docker.io", own: "docker-ce"))
            + judge(
                .engineContainerd, "containerd", info.components["containerd"], Advisory.containerd,
                unknown: .containerdVersionUnknown, packages: (distribution: "containerd", own: "containerd.io"))
            + runtime
    }

    private var runtime: [Finding] {
        guard info.runtimes.contains("runc") else {
            return [
                .fail(
                    .engineRuntime, .runcMissing, "The engine has no runtime runc: every job would be refused.",
                    "Install it: apt-get install runc; if it lies in an unusual place, name it in /etc/docker/daemon.json."
                )
            ]
        }
        return judge(
            .engineRuntime, "runc", info.components["runc"], Advisory.runc, unknown: .runcVersionUnknown,
            packages: (distribution: "runc", own: "containerd.io"))
    }

    /// One finding for each weakness that is not mended.
    ///
    /// - Parameter packages: that the program comes in: a distribution's, and Docker's own.
    private func judge(
        _ check: Check, _ program: String, _ text: String?, _ advisories: [Advisory], unknown: Problem,
        packages: (distribution: String, own: String)
    ) -> [Finding] {
        guard let text, let version = VersionNumber(text) else {
            let found = text.map { "\($0), which is no number" } ?? "not told by the engine"
            return [
                .unknown(
                    check, unknown, "The version of \(check == .engineVersion ? "the engine" : program) is \(found).",
                    "Look for it yourself: docker version")
            ]
        }
        let open = advisories.filter { !$0.isMended(in: version) }
        guard !open.isEmpty else {
            return [.ok(check, "\(program) is \(text), without a known weakness that matters here.")]
        }
        // `1.1.5+ds1` and `1.6.20~ds1` are a distribution's, which mends without changing the number.
        let isRepackaged = text.contains { "+~".contains($0) } || text.contains("ubuntu")
        let package = isRepackaged ? packages.distribution : packages.own
        return open.map { advisory in
            let names = advisory.names.joined(separator: ", ")
            let mended = advisory.mended.map(\.description).joined(separator: ", ")
            let look =
                "; whether it is mended under the old number: apt-get changelog \(package) | grep \(advisory.names[0])"
            return .warn(
                check, advisory.problem,
                "\(program) \(text) \(isRepackaged ? "may have" : "has") \(names) (mended in \(mended)): \(advisory.danger); "
                    + "\(advisory.inTheWay).",
                "Update it: apt-get install --only-upgrade \(package)\(isRepackaged ? look : "")")
        }
    }
}
