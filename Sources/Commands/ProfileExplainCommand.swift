import ArgumentParser
import Daemon
import Hardening
import Model
import Ports
import Scheduler

/// `caisson profile explain`: what an engine would be asked for a job's container, without running anything.
struct ProfileExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Print the exact container that a job would get, without running anything.",
        usage: "caisson profile explain [NAME] [--image IMAGE] [--limit NAME=VALUE,…]… [flags]",
        discussion: """
            Without a profile's name it is the one that a job in the image gets by itself. The engine is asked for nothing but \
            the image's id and the names of its variables, and only with --image. What differs from job to job is shown \
            as words in angle brackets, each of which is explained. What a command is given (its words, its variables, \
            its files) goes to the cell and is no part of the container.
            """)

    @Argument(help: "A profile's name, as `caisson profile list` prints it.") var name: String?
    @Option(help: ArgumentHelp("The image: one of ours by name, else a full reference.", valueName: "name"))
    var image: String?
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Limits, as `caisson run` takes them. As in cpus=1,memory=256MiB.", valueName: "name=value,…"))
    var limits: [String] = []
    @OptionGroup var profiles: ProfilesOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func validate() throws {
        if name == nil, image == nil { throw ValidationError("Give a profile's NAME, or --image, or both.") }
    }

    func run() async throws {
        let set = try profiles.set()
        if let name { _ = try set.profile(named: name) }
        let mistakes = image.map { RunRequest.imageMistakes($0, document: nil) } ?? []
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        guard let image else { return try run(set: set, image: nil, output: .standard) }
        let found = try await Instance.readImages(try home.configuration()) { catalogue in
            let found = try await catalogue.describe(image)
            return try Self.usable(image, found.record, found.sighting)
        }
        try run(set: set, image: found, output: .standard)
    }

    /// The image, if a job could be run in it.
    ///
    /// - Throws: ``EngineError`` as a job would end with.
    static func usable(
        _ name: String, _ record: ImageRecord?, _ sighting: ImageSighting?
    ) throws(EngineError) -> ProfileExplanation.Image {
        guard let sighting else {
            guard let record else { throw .imageNotFound(name: name) }
            throw .imageGone(name: name, id: record.imageID, source: record.source)
        }
        if let reason = sighting.refusal { throw .imageRefused(name: name, reason: reason) }
        return ProfileExplanation.Image(id: sighting.id, environmentNames: sighting.environmentNames)
    }

    /// The command without its surroundings.
    func run(set: ProfileSet, image found: ProfileExplanation.Image?, output: Output) throws {
        let explanation = try ProfileExplanation(
            of: name ?? set.name(forImage: image ?? ""), in: set, image: found, limits: checkedLimits)
        let view = View(explanation, image: image, folder: set.folder)
        guard form.form == .table else { return try output.json(view) }
        for line in Self.lines(view) { try output.line(line) }
        try output.json(view.body)
    }

    /// The profile's limits with those of the flags.
    private func checkedLimits(_ profile: Profile) throws -> Limits {
        let (amounts, mistakes) = LimitFlags.read(limits, timeout: nil)
        let limits = profile.limits.setting(amounts)
        let all: [any UserFacingError] = mistakes + limits.mistakes
        guard all.isEmpty else { throw InputError(mistakes: all) }
        return limits
    }

    private static func lines(_ view: View) -> [String] {
        let head = [
            TextRows.lines("profile", [view.profile]), TextRows.lines("digest", [view.profileDigest]),
            TextRows.lines("from", [view.folder ?? "built in"]), TextRows.lines("outer list", [view.outerDigest]),
            TextRows.lines("inner", ["\(view.innerDigest), compiled for this machine"]),
            TextRows.lines("landlock", [view.landlock.words]),
            TextRows.lines("image", [view.image ?? "none given"]),
        ]
        var controls = TextTable(["CONTROL", "FIELD", "VALUE"])
        for control in ControlWords.controls(of: view.body) {
            controls.add([control.words, control.field, TextTable.oneLine(control.value, width: valueWidth)])
        }
        var words = TextTable(["PLACEHOLDER", "STANDS FOR"])
        for placeholder in view.placeholders { words.add([placeholder.word, placeholder.meaning]) }
        return head.flatMap { $0 } + [""] + controls.lines + [""] + words.lines
            + ["", "POST /containers/create?name=\(view.containerName)"]
    }

    /// Characters of a value in the table; the whole of it is in the body.
    private static let valueWidth = 66

    /// An explanation as `-o json` shows it.
    struct View: Encodable {
        struct PlaceholderView: Encodable { let word, meaning: String }

        let profile: String
        let profileDigest: String
        let outerDigest: String
        let innerDigest: String
        let landlock: LandlockDemand
        /// The folder that the profile is from; missing for a built-in one.
        let folder: String?
        /// As it was asked for.
        let image: String?
        let placeholders: [PlaceholderView]
        let containerName: String
        /// The whole body of `POST /containers/create`.
        let body: JSONValue

        init(_ explanation: ProfileExplanation, image: String?, folder: String?) {
            profile = explanation.profile.name
            profileDigest = explanation.profileDigest
            (outerDigest, innerDigest) = (explanation.outerDigest, explanation.innerDigest)
            landlock = explanation.profile.landlock
            (self.image, self.folder) = (image, folder)
            placeholders = explanation.placeholders.map { PlaceholderView(word: $0.word, meaning: $0.meaning) }
            (containerName, body) = (explanation.containerName, explanation.body)
        }
    }
}
