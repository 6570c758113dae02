import Hardening
import Model
import Ports

/// The labels on what we make in an engine, and what they say.
///
/// They never suffice to touch something: what is removed must have our name grammar as well.
enum Labels {
    static let installation = "\(ContainerPlan.labelPrefix)installation"
    static let job = "\(ContainerPlan.labelPrefix)job"
    static let attempt = "\(ContainerPlan.labelPrefix)attempt"
    static let spec = "\(ContainerPlan.labelPrefix)spec"
    static let profile = "\(ContainerPlan.labelPrefix)profile"
    static let role = "\(ContainerPlan.labelPrefix)role"

    /// The role of a container that runs an attempt, and of one that fills or checks a cell volume.
    static let sandboxRole = "sandbox"
    static let fillerRole = "cell-volume"

    /// Those of a container's labels that are in our namespace; an image's own stand beside them.
    static func ours(_ labels: JSONValue?) -> [String: String] {
        (labels?.objectValue ?? [:]).filter { $0.key.hasPrefix(ContainerPlan.labelPrefix) }.mapValues {
            $0.stringValue ?? ""
        }
    }
}

extension SandboxName {
    /// What all names of an installation begin with.
    static func prefix(_ installation: InstallationID) -> String { "caisson-\(installation)-" }
}
