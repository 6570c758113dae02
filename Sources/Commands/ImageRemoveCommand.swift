import ArgumentParser
import ControlClient
import ControlWire
import Model

/// `caisson image rm`: forgets the name of an image.
struct ImageRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Forget the name of an image that was added; the image itself stays in the engine."
    )

    @Argument(help: "The name.") var name: String
    @Flag(
        help: "Also remove the image, if we loaded it from an archive and nothing else in the engine names it.")
    var fromEngine = false
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        let name = try ImageName(name)
        try await home.client { client, _ in try await run(name, client: client, output: .standard) }
    }

    /// The command without its surroundings.
    func run(_ name: ImageName, client: ControlClient, output: Output) async throws {
        let view = try await client.removeImage("\(name)", fromEngine: fromEngine)
        output.error("caisson: the name \(view.name) is forgotten; it stood for \(view.imageID.prefix(19))")
    }
}
