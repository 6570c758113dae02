import ArgumentParser
import Daemon
import Foundation
import Model

/// Where the daemon's settings are.
struct ConfigurationOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file. Else CAISSON_CONFIG, else config.yaml in the data folder.", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The daemon's socket. Else control.sock in the data folder.", valueName: "path"))
    var socket: String?

    /// What is set, where.
    ///
    /// - Parameter flags: beside `--socket`.
    func sources(
        _ instance: InstanceConfiguration, flags: [(key: String, text: String, flag: String)] = []
    ) -> SettingSources {
        let own = socket.map { [(key: "socket", text: $0, flag: "--socket")] } ?? []
        return SettingSources(
            home: instance.home, file: config, environment: ProcessInfo.processInfo.environment, flags: own + flags,
            known: DaemonConfiguration.keys)
    }

    /// What finds the daemon, or starts one.
    ///
    /// - Throws: ``InputError``.
    func launcher(_ instance: InstanceConfiguration) throws -> DaemonLauncher {
        let current = FileManager.default.currentDirectoryPath
        do throws(ConfigurationMistakes) {
            return DaemonLauncher(
                home: instance.home,
                socket: try DaemonConfiguration.socket(home: instance.home, sources: sources(instance)),
                configurationFile: config.map { InstanceConfiguration.absolute($0, in: current) },
                environment: ProcessInfo.processInfo.environment)
        } catch {
            throw InputError(mistakes: error.mistakes)
        }
    }
}

extension DaemonConfiguration {
    /// The same with what people are told of as the error.
    static func read(_ home: String, _ sources: SettingSources, isByNeed: Bool = false) throws -> DaemonConfiguration {
        do throws(ConfigurationMistakes) {
            return try DaemonConfiguration(home: home, sources: sources, isByNeed: isByNeed)
        } catch {
            throw InputError(mistakes: error.mistakes)
        }
    }
}
