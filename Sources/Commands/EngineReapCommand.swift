import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Model

/// `caisson engine reap`: removes what nobody needs any more.
struct EngineReapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reap", abstract: "Remove now what is over in the engine.",
        discussion: """
            Of this data folder, what no job explains; the daemon does the same by itself every now and then. With --all-installations \
            what data folders have left that nobody on this machine works with: sandboxes of theirs that still run are lost. It is \
            shown first, and a person is asked. Never so if machines share the engine. Example: `caisson engine reap`.
            """)

    @Flag(help: "What all data folders have left that nobody works with now.") var allInstallations = false
    @Flag(name: [.customShort("y"), .customLong("yes")], help: "Remove it without being asked.") var yes = false
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        guard allInstallations else {
            let view = try await home.client { client, _ in try await client.reap() }
            return try show(view, output: .standard)
        }
        try await EngineReaper.use(try home.home.configuration()) { reaper in
            try await run(reaper, ask: Question.ask, output: .standard)
        }
    }

    func show(_ view: ReapView, output: Output) throws {
        guard form.form == .table else { return try output.json(view) }
        try output.line("removed \(view.removedContainers) containers")
        if view.foreignContainers > 0 {
            output.error(
                "caisson: left alone: \(view.foreignContainers) containers that have our labels, and belong to no job of ours"
            )
        }
    }

    /// The command for all installations without its surroundings.
    ///
    /// - Parameter ask: puts a question to a person; `nil` if there is none.
    func run(_ reaper: EngineReaper, ask: ((String) -> Bool)?, output: Output) async throws {
        let found = try await reaper.look()
        for thing in found.foreign {
            output.error("caisson: left alone, for it may not be ours: \(TextTable.oneLine(thing.name, width: 200))")
        }
        if form.form == .table {
            for line in Self.lines(found.abandoned, now: home.now) { try output.line(line) }
        }
        if !found.abandoned.isEmpty, !yes {
            guard let ask else { throw UnconfirmedReap(count: found.abandoned.count) }
            guard ask("Remove all \(found.abandoned.count) of them? [y/N] ") else {
                return output.error("caisson: nothing was done")
            }
        }
        let removed = try await reaper.remove(found.abandoned)
        let images = try await reaper.removeCellImages()
        struct View: Encodable { let removedContainers, removedVolumes, removedImages: Int }
        guard form.form == .table else {
            return try output.json(
                View(
                    removedContainers: removed.containers, removedVolumes: removed.volumes,
                    removedImages: images))
        }
        try output.line(
            "removed \(removed.containers) containers, \(removed.volumes) volumes, \(images) images of cells")
    }

    private static func lines(_ things: [EngineReaper.Findings.Thing], now: WallTime) -> [String] {
        guard !things.isEmpty else { return [] }
        var table = TextTable(["INSTALLATION", "WHAT", "NAME", "STATE", "AGE"])
        for thing in things {
            table.add([
                thing.installation, thing.kind.rawValue, thing.name, TextTable.oneLine(thing.state ?? "-", width: 20),
                thing.createdAt.map { AgeText.text(from: $0, to: now) } ?? "-",
            ])
        }
        return table.lines + [""]
    }
}

/// Something would be removed, and nobody can be asked.
struct UnconfirmedReap: UserFacingError {
    let count: Int
    var code: ErrorCode { .invalidInput }
    var message: String {
        "\(count) things of other data folders would be removed, and nobody can be asked whether they may be."
    }
    var remedy: String? { "Look at them, and give --yes if they may go." }
}
