import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Foundation
import Model
import Ports

/// `caisson image add`: gives a name to an image of the engine, or of an archive.
struct ImageAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Give a name to one image, whatever its reference means later.",
        usage: "caisson image add REFERENCE|ARCHIVE|- --name NAME",
        discussion: """
            The image is looked at, and refused if it has VOLUME, ONBUILD or labels of ours, or is made for another system. Its \
            id is kept: jobs that give the name get this image until `caisson image rm NAME`. Prints the id.

            An archive is what `docker save` writes, of one image. It is loaded under a tag of our own, whatever names stand \
            in it.
            """)

    @Argument(
        help: ArgumentHelp(
            "A reference with a tag or a digest that the engine has; or an archive: a path with a / in it or ending in "
                + ".tar, or - for the standard input.", valueName: "image"))
    var image: String
    @Option(help: ArgumentHelp("The name: lower case letters, digits, and . _ -, at most 63.", valueName: "name"))
    var name: String
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        // What can be wrong with the words alone comes before a daemon is looked for.
        let source = try source()
        try await home.client { try await run(source, client: $0, isAgain: $1, output: .standard) }
    }

    /// Where the image is.
    enum Source {
        case reference
        case stream
        case file(FileInput)
    }

    /// - Throws: ``ModelError``, ``ImageNameError``, ``FileError``.
    func source() throws -> Source {
        let name = try ImageName(name)
        guard !name.isReserved else { throw ImageNameError.reserved(name) }
        if image == "-" { return .stream }
        return Self.isArchive(image) ? .file(try FileInput(path: image)) : .reference
    }

    /// The command without its surroundings.
    ///
    /// - Parameter isAgain: whether an earlier daemon was asked for the same, and ended.
    func run(_ source: Source, client: ControlClient, isAgain: Bool, output: Output) async throws {
        let view: ImageView
        switch source {
        case .reference: view = try await client.addImage(ImageAsk(reference: image, name: name))
        case .stream:
            guard !isAgain else { throw InputIsGone() }
            let input = StandardInput(descriptor: FileHandle.standardInput.fileDescriptor)
            view = try await client.loadImage(input, size: nil, source: "the standard input", name: name)
        case .file(let file):
            // One that was read to its middle is read anew.
            let file = isAgain ? try FileInput(path: image) : file
            let path = InstanceConfiguration.absolute(image, in: FileManager.default.currentDirectoryPath)
            view = try await client.loadImage(file, size: file.size, source: path, name: name)
        }
        try output.line(view.imageID)
        let told = TextTable.oneLine(view.source, width: TextTable.sentence)
        output.error("caisson: the image \(view.name) is \(view.imageID.prefix(19)), from \(told)")
    }

    /// A reference has a `/`, too: a file that is there decides, and a word that begins like a path.
    static func isArchive(_ word: String) -> Bool {
        if word == "-" || word.hasPrefix("/") || word.hasPrefix("./") || word.hasPrefix("../") { return true }
        return word.hasSuffix(".tar") || (word.contains("/") && FileManager.default.fileExists(atPath: word))
    }
}

/// The daemon ended while it read our standard input, which cannot be read once more.
struct InputIsGone: UserFacingError {
    var code: ErrorCode { .daemonStopping }
    var message: String { "The daemon ended while it read the standard input." }
    var remedy: String? { "Run the same again: another daemon is started." }
}
