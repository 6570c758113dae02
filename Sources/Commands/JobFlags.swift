/// What `run` and `submit` say of a job by flags.
protocol JobFlags {
    var image: String? { get }
    /// A document, or `-`.
    var document: String? { get }
    var stdin: String? { get }
    var files: [String] { get }
    var folders: [String] { get }
    var environment: [String] { get }
    var artifacts: [String] { get }
    var artifactsDir: String? { get }
    var changes: String? { get }
    var limits: [String] { get }
    var timeout: String? { get }
    var outputPolicy: String? { get }
    var command: [String] { get }
}
