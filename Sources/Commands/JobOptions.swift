import ArgumentParser
import Documents
import Hardening
import Model

/// What `run` and `submit` say of one job.
struct JobOptions: ParsableArguments {
    @Option(help: ArgumentHelp("One of our images by name, else a full reference.", valueName: "name"))
    var image: String?
    @Option(
        name: [.customShort("f"), .customLong("document")],
        help: ArgumentHelp("A document, or - for our own standard input.", valueName: "file|-"))
    var document: String?
    @Option(help: ArgumentHelp("The command's standard input: a file, or - for our own.", valueName: "file|-"))
    var stdin: String?
    @Option(name: .customLong("file"), help: ArgumentHelp("A file to put into /work.", valueName: "local[:name]"))
    var files: [String] = []
    @Option(
        name: .customLong("dir"),
        help: ArgumentHelp("A folder whose files to put into /work, or into a folder there.", valueName: "path[:dest]"))
    var folders: [String] = []
    @Option(name: .customLong("env"), help: ArgumentHelp("A variable of the command's environment.", valueName: "k=v"))
    var environment: [String] = []
    @Option(
        name: .customLong("artifact"),
        help: ArgumentHelp(
            "A file beneath /work to keep, or a pattern: * ? [a-z], and ** for any folders.", valueName: "path"))
    var artifacts: [String] = []
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Limits: \(LimitField.allCases.map(\.rawValue).joined(separator: ", ")). As in cpus=1,memory=256MiB.",
            valueName: "name=value,…"))
    var limits: [String] = []
    @Option(
        help: ArgumentHelp(
            "The longest the command may run: \(LimitField.run.allowed); else as in the profile. Short for --limit run=….",
            valueName: "duration"))
    var timeout: String?
    @Option(
        help: ArgumentHelp(
            "What happens beyond the output limit: truncate drops the rest, kill ends the command.",
            valueName: "truncate|kill"))
    var outputPolicy: String?
    @Option(
        help: ArgumentHelp(
            "What the command may do: see `caisson profile list`. Else the profile of the image's name, else shell.",
            valueName: "name"))
    var profile: String?
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    /// The flags that were given of these, but for the document, as they are written.
    var given: [String] {
        let all: [(String, Bool)] = [
            ("--image", image != nil), ("--stdin", stdin != nil), ("--file", !files.isEmpty),
            ("--dir", !folders.isEmpty), ("--env", !environment.isEmpty), ("--artifact", !artifacts.isEmpty),
            ("--limit", !limits.isEmpty), ("--timeout", timeout != nil), ("--output-policy", outputPolicy != nil),
            ("--profile", profile != nil), ("a command", !command.isEmpty),
        ]
        return all.filter(\.1).map(\.0)
    }

    /// The profile that the flag names, else the one that the document names, else the image's.
    ///
    /// - Throws: ``InputError`` with the place in the document if it is the one to blame, else ``HardeningError``.
    func profile(of set: ProfileSet, document job: JobDocument?) throws -> Profile {
        if let profile { return try set.profile(named: profile) }
        return try set.profile(for: job, image: image)
    }
}

extension ProfileSet {
    /// The profile that a document names, else that of the image.
    ///
    /// - Parameter image: wins over the document's.
    /// - Throws: ``InputError`` with the place in the document if it is the one to blame, else ``HardeningError``.
    func profile(for job: JobDocument?, image: String? = nil) throws -> Profile {
        guard let job, let name = job.profile else {
            return try profile(named: name(forImage: image ?? job?.image ?? ""))
        }
        do throws(HardeningError) {
            return try profile(named: name)
        } catch {
            throw InputError(mistakes: [
                job.mistake(.profile, "cannot be used: \(error.message.dropLast())", remedy: error.remedy)
            ])
        }
    }
}
