import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Model

/// `caisson engine`: the engine, what we have in it, and its clearing up.
struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "Look at the engine and at what Caisson has in it, and clear it up.",
        subcommands: [Info.self, Containers.self, EngineReapCommand.self])

    /// `caisson engine info`.
    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info", abstract: "Show which engine it is, and whether it answers.",
            discussion: "Exit status: 0, or 6 if it does not answer. Example: `caisson engine info`.")
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run() async throws {
            let configuration = try home.home.configuration()
            let view = try await home.clientIfThere { client in
                guard let client else { return try await EngineLook.use(configuration) { await $0.engine() } }
                return try await client.engine()
            }
            try show(view, output: .standard).end()
        }

        /// The command without its surroundings.
        func show(_ view: EngineView, output: Output) throws -> ExitStatus {
            if form.form == .json {
                try output.json(view)
            } else {
                for (name, value) in rows(view) {
                    guard let value, !value.isEmpty else { continue }
                    // The engine's own words are among them.
                    try output.line(
                        name + String(repeating: " ", count: 12 - name.count) + TextTable.oneLine(value, width: 300))
                }
            }
            return view.isReachable ? .ok : .engineUnreachable
        }

        private func rows(_ view: EngineView) -> [(name: String, value: String?)] {
            let cgroup = [view.cgroupVersion.map { "v\($0)" }, view.cgroupDriver].compactMap(\.self)
            let others = "\(view.otherContainers ?? 0) of other data folders"
            return [
                ("address", view.address), ("reachable", view.isReachable ? "yes" : "no"), ("problem", view.problem),
                ("version", view.version), ("api", view.apiVersion), ("storage", view.storageDriver),
                ("cgroup", cgroup.joined(separator: ", ")), ("system", view.operatingSystem),
                ("kernel", view.kernelVersion), ("containers", view.ownContainers.map { "\($0) of ours, \(others)" }),
            ]
        }
    }

    /// `caisson engine containers`.
    struct Containers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "containers",
            abstract: "Show the containers of this data folder, and whether a job explains each.",
            discussion: """
                One that nothing explains is removed by `caisson engine reap`, if it is ours. Example: `caisson engine containers`.
                """)
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run() async throws {
            let configuration = try home.home.configuration()
            let views = try await home.clientIfThere { client in
                guard let client else { return try await EngineLook.use(configuration) { try await $0.containers() } }
                return try await client.containers()
            }
            try show(views, now: home.now, output: .standard)
        }

        /// The command without its surroundings.
        func show(_ views: [ContainerView], now: WallTime, output: Output) throws {
            guard form.form == .table else { return try output.json(views) }
            var table = TextTable(["CONTAINER", "JOB", "STATE", "AGE", "EXPLAINED"])
            for view in views {
                let age = WallTime(rfc3339: view.createdAt).map { AgeText.text(from: $0, to: now) } ?? "?"
                table.add([
                    TextTable.oneLine(view.name, width: 80), view.job ?? "-", TextTable.oneLine(view.state, width: 20),
                    age, view.isExplained ? "yes" : "no",
                ])
            }
            for line in table.lines { try output.line(line) }
        }
    }
}
