import Hardening
import Model

/// What an image's own configuration may not bring into a sandbox.
///
/// It is hostile input: VOLUME adds a writable volume without a limit, ONBUILD has no place in a finished image, and a label
/// of ours makes a foreign container look like one of ours.
enum ImageCheck {
    /// Why the image is refused, or `nil`.
    static func refusal(_ image: JSONValue) -> String? {
        let configuration = image["Config"]
        if let volumes = configuration?["Volumes"]?.objectValue, !volumes.isEmpty {
            return "it declares a volume at \(volumes.keys.sorted().joined(separator: ", "))"
        }
        if let triggers = configuration?["OnBuild"]?.arrayValue, !triggers.isEmpty { return "it has ONBUILD triggers" }
        let labels = configuration?["Labels"]?.objectValue ?? [:]
        if let label = labels.keys.sorted().first(where: { $0.hasPrefix(ContainerPlan.labelPrefix) }) {
            return "its label \(label) is one of ours"
        }
        if let system = image["Os"]?.stringValue, system != "linux" { return "it is made for \(system)" }
        // The cell has to run in it. An image that was put together by hand may not say.
        if let machine = image["Architecture"]?.stringValue, !machine.isEmpty, machine != ImageArchive.architecture {
            return "it is made for \(machine) machines"
        }
        return nil
    }

    /// Why an image with this configuration, in the form in which archives hold it, will be refused; or `nil`.
    static func refusal(configuration: JSONValue) -> String? {
        refusal([
            "Config": configuration["config"] ?? .null, "Os": configuration["os"] ?? .null,
            "Architecture": configuration["architecture"] ?? .null,
        ])
    }

    /// The names in the image's environment.
    static func environmentNames(_ image: JSONValue) -> [String] {
        (image["Config"]?["Env"]?.arrayValue ?? []).compactMap {
            $0.stringValue.map { String($0.prefix { $0 != "=" }) }
        }
    }
}
