import Ports

/// Whether our images are there, and what their names mean now.
struct ImageRules {
    let facts: DoctorFacts

    /// The images that are looked for.
    static let checks: [(name: String, check: Check, missing: Problem, refused: Problem)] = [
        ("shell", .imageShell, .shellImageMissing, .shellImageRefused),
        ("python", .imagePython, .pythonImageMissing, .pythonImageRefused),
        ("node", .imageNode, .nodeImageMissing, .nodeImageRefused),
        ("build", .imageBuild, .buildImageMissing, .buildImageRefused),
    ]

    var findings: [Finding] {
        guard case .success(let survey) = facts.engine.survey else { return [] }
        return Self.checks.map { name, check, missing, refused in
            switch survey.images[name] ?? .missing {
            case .usable(let id): .ok(check, "The image \(name) is \(id).")
            case .missing:
                .warn(
                    check, missing, "The engine has no image \(name); jobs in other images are not concerned.",
                    "Build it with `Scripts/images`.")
            case .refused(let reason):
                .fail(
                    check, refused, "The image \(name) is refused: \(reason).", "Build it anew with `Scripts/images`.")
            }
        }
    }
}

extension DoctorFacts {
    /// Names of the images that ``Diagnosis`` wants to know of.
    package static var imageNames: [String] { ImageRules.checks.map(\.name) }
}
