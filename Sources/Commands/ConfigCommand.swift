import ArgumentParser
import Daemon
import Foundation

/// `caisson config`: the daemon's settings.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show and check the daemon's settings.",
        subcommands: [ConfigShowCommand.self, ConfigCheckCommand.self])
}

/// `caisson config show`: what is set, and where.
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the settings that a daemon started here would have.")

    @Flag(help: "Also those that nobody has set.") var effective = false
    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() throws {
        let instance = try home.configuration()
        try run(DaemonConfiguration.read(instance.home, settings.sources(instance)), output: .standard)
    }

    /// The command without its surroundings.
    func run(_ configuration: DaemonConfiguration, output: Output) throws {
        let entries = configuration.entries.filter { effective || $0.origin != .standard }
        if form.form == .json { return try output.json(entries.map(View.init)) }
        var table = TextTable(["SETTING", "VALUE", "FROM"])
        for entry in entries {
            let texts = [entry.key, entry.value, entry.origin.description]
            table.add(texts.map { TextTable.oneLine($0, width: 500) })
        }
        for line in table.lines { try output.line(line) }
    }

    private struct View: Encodable {
        let key, value, origin: String
        let isDefault: Bool

        enum CodingKeys: String, CodingKey {
            case key, value, origin
            case isDefault = "is_default"
        }

        init(_ entry: SettingEntry) {
            (key, value, origin) = (entry.key, entry.value, entry.origin.description)
            isDefault = entry.origin == .standard
        }
    }
}

/// `caisson config check`: what is wrong with a configuration file.
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a configuration file, and tell everything that is wrong with it.")

    @Argument(help: "A configuration file, YAML or JSON.") var file: String
    @OptionGroup var home: HomeOption

    func run() throws {
        let instance = try home.configuration()
        // The file alone: what the environment of this shell sets says nothing of it.
        let sources = SettingSources(
            home: instance.home, file: file, environment: [:], flags: [], known: DaemonConfiguration.keys)
        let configuration = try DaemonConfiguration.read(instance.home, sources)
        let count = configuration.entries.filter { $0.origin != .standard }.count
        try Output.standard.line("\(file) is fine: \(count) of \(configuration.entries.count) settings are set.")
    }
}
