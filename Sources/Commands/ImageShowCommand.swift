import ArgumentParser
import Daemon
import Model
import Ports
import Scheduler

/// `caisson image show`: one image, as its engine sees it.
struct ImageShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one image: what a job would get, whether it may be used, what it is made of.")

    @Argument(help: "The name of an image, or a reference with a tag or a digest.") var image: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await Instance.readImages(try home.configuration()) { try await run($0, output: .standard) }
    }

    /// The command without its surroundings.
    func run(_ catalogue: ImageCatalogue, output: Output) async throws {
        let view = View(try await catalogue.describe(image))
        guard form.form == .table else { return try output.json(view) }
        for line in Self.lines(view) { try output.line(line) }
    }

    private static func lines(_ view: View) -> [String] {
        var rows: [(String, String?)] = [
            ("image", view.image), ("id", view.imageId), ("source", view.source), ("added", view.addedAt),
            ("usable", view.isInEngine ? view.refusal.map { "no: \($0)" } ?? "yes" : "no: the engine no longer has it"),
        ]
        guard view.isInEngine else { return rows.compactMap(line) }
        let system = [view.system, view.architecture].compactMap { $0 }.joined(separator: "/")
        rows += [
            ("tags", view.tags.joined(separator: ", ")), ("size", ImageListCommand.size(view.sizeBytes)),
            ("created", view.createdAt), ("system", system),
        ]
        // A job has its own: these are what others would get of this image.
        let ignored = [
            ("user", view.user ?? ""), ("folder", view.folder ?? ""), ("entry", view.entrypoint.joined(separator: " ")),
            ("command", view.command.joined(separator: " ")), ("variables", view.environment.joined(separator: ", ")),
        ]
        rows.append(("ignored", ignored.filter { !$1.isEmpty }.map { "\($0) \($1)" }.joined(separator: "; ")))
        let packages = view.packages.isEmpty ? [] : ["", "made of"] + view.packages.map { "  \(safe($0))" }
        return rows.compactMap(line) + packages
    }

    private static func line(_ name: String, _ value: String?) -> String? {
        guard let value, !value.isEmpty else { return nil }
        return name + String(repeating: " ", count: max(1, 10 - name.count)) + safe(value)
    }

    /// An image's own words are not ours: nothing in them may reach the terminal as a control character.
    private static func safe(_ text: String) -> String { TextTable.oneLine(text, width: 400) }

    /// An image as `-o json` shows it.
    struct View: Encodable {
        let image: String
        let imageId: String?
        let source: String?
        let addedAt: String?
        let isInEngine: Bool
        /// Why it is not used, or `null`.
        let refusal: String?
        let tags: [String]
        let sizeBytes: Int64
        let createdAt: String?
        let system: String?
        let architecture: String?
        let user: String?
        let folder: String?
        let entrypoint: [String]
        let command: [String]
        /// Names only: a value may be a secret.
        let environment: [String]
        /// What the image says it is made of.
        let packages: [String]

        init(_ description: ImageCatalogue.Description) {
            let (record, seen) = (description.record, description.sighting)
            (image, imageId, isInEngine) = (description.reference, seen?.id ?? record?.imageID, seen != nil)
            (source, addedAt) = (record?.source, record?.addedAt.rfc3339)
            (refusal, tags, sizeBytes) = (seen?.refusal, seen?.tags ?? [], (seen?.size ?? record?.size)?.bytes ?? 0)
            createdAt = seen?.created.flatMap { $0.hasPrefix("1970-01-01T00:00:00") ? nil : $0 }
            (system, architecture) = (seen?.system, seen?.architecture)
            (user, folder) = (seen?.user, seen?.folder)
            (entrypoint, command) = (seen?.entrypoint ?? [], seen?.command ?? [])
            (environment, packages) = (seen?.environmentNames ?? [], seen?.packages ?? [])
        }
    }
}
