import ArgumentParser
import Daemon
import Model
import Ports
import Scheduler

/// `caisson image list`: our own images and those that were added.
struct ImageListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the images that can be named: our own, and those that were added.")

    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await Instance.readImages(try home.configuration()) { try await run($0, output: .standard) }
    }

    /// The command without its surroundings.
    func run(_ catalogue: ImageCatalogue, output: Output) async throws {
        let entries = try await catalogue.list()
        guard form.form == .table else { return try output.json(entries.map(View.init)) }
        var table = TextTable(["NAME", "ID", "SIZE", "CREATED", "SOURCE"])
        for entry in entries {
            let view = View(entry)
            table.add([
                view.name, String(view.imageId.prefix(19)), Self.size(view.sizeBytes), view.createdAt ?? "-",
                TextTable.oneLine(
                    view.isInEngine ? view.source : "\(view.source) (no longer in the engine)", width: 80),
            ])
        }
        for line in table.lines { try output.line(line) }
    }

    /// Bytes as MiB with one digit.
    static func size(_ bytes: Int64) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }

    /// An image as `-o json` shows it.
    struct View: Encodable {
        let name: String
        let imageId: String
        let sizeBytes: Int64
        /// `nil` if it is not known, and for images with a fixed time.
        let createdAt: String?
        /// `built` for our own, else what it was added from.
        let source: String
        let addedAt: String?
        let isInEngine: Bool

        init(_ entry: ImageCatalogue.Entry) {
            (name, imageId) = ("\(entry.name)", entry.imageID)
            sizeBytes = (entry.item?.size ?? entry.record?.size)?.bytes ?? 0
            // Images that are built to be reproducible say 1970.
            createdAt = entry.item.flatMap { $0.created.milliseconds > 0 ? $0.created.rfc3339 : nil }
            (source, addedAt) = (entry.record?.source ?? "built", entry.record?.addedAt.rfc3339)
            isInEngine = entry.item != nil
        }
    }
}
