import ArgumentParser
import Daemon
import Model
import Ports
import Scheduler

/// `caisson image rm`: forgets the name of an image.
struct ImageRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Forget the name of an image that was added; the image itself stays in the engine."
    )

    @Argument(help: "The name.") var name: String
    @Flag(
        help: "Also remove the image, if we loaded it from an archive and nothing else in the engine names it.")
    var fromEngine = false
    @OptionGroup var home: HomeOption

    func run() async throws { try await run(configuration: try home.configuration(), output: .standard) }

    /// The command without its surroundings.
    func run(configuration: InstanceConfiguration, output: Output) async throws {
        let name = try ImageName(name)
        try await Instance.use(configuration, output: output) { instance in
            let record = try await instance.images.remove(name, fromEngine: fromEngine)
            output.error("caisson: the name \(record.name) is forgotten; it stood for \(record.imageID.prefix(19))")
        }
    }
}
