import Hardening
import Model

/// Every probe but those of ``ReachProbes``: what is tried, in one place with what must be seen.
struct Catalogue {
    /// Addresses of the machine that runs the engine.
    let hostAddresses: [String]
    let profile: Profile

    var probes: [Probe] {
        privileges + capabilityCalls + kernelCalls + mountCalls + namespaceCalls + processCalls + otherCalls + system
            + devices + files + limits + processes + sockets + addresses + environment + cell + channel
    }

    /// Whether programs in a folder of the plan's can be executed, as the engine is told.
    func isExecutable(_ folder: String) -> Bool {
        let plan = ContainerPlan(
            name: "", labels: [:], imageID: "", imageEnvironmentNames: [], cellVolume: "", profile: profile,
            limits: profile.limits)
        let options = plan.createBody["HostConfig"]?["Tmpfs"]?[folder]?.stringValue ?? ""
        return !options.split(separator: ",").contains("noexec")
    }
}

/// Words that several probes have in common.
enum Word {
    static let user = "\(ContainerPlan.userID)"
    static let fourUsers = "\(user) \(user) \(user) \(user)"
    static let noCapability = "0000000000000000"
    static let readOnly = 0
    static let writeOnly = 1
    static let readWrite = 2
}
