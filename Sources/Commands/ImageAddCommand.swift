import ArgumentParser
import Daemon
import Foundation
import Model
import Ports
import Scheduler

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
    @OptionGroup var home: HomeOption

    func run() async throws { try await run(configuration: try home.configuration(), output: .standard) }

    /// The command without its surroundings.
    func run(configuration: InstanceConfiguration, output: Output) async throws {
        // What can be wrong with the words alone comes before the wait for the data folder.
        let name = try ImageName(name)
        guard !name.isReserved else { throw ImageNameError.reserved(name) }
        let archive = Self.isArchive(image) && image != "-" ? try ArchiveFile(path: image) : nil
        try await Instance.use(configuration, output: output) { instance in
            let record =
                if image == "-" {
                    try await add(Self.standardInput(in: configuration.home), name, to: instance.images)
                } else if let archive {
                    try await add(archive, name, to: instance.images)
                } else {
                    try await instance.images.add(reference: image, name: name)
                }
            try output.line(record.imageID)
            output.error("caisson: the image \(record.name) is \(record.imageID.prefix(19)), from \(record.source)")
        }
    }

    private func add(
        _ archive: ArchiveFile, _ name: ImageName, to images: ImageRegister
    ) async throws -> ImageRecord {
        let source =
            image == "-"
            ? "the standard input" : InstanceConfiguration.absolute(image, in: FileManager.default.currentDirectoryPath)
        return try await images.add(archive: archive, source: source, name: name)
    }

    private static func standardInput(in folder: String) async throws -> ArchiveFile {
        try await ArchiveFile(
            copying: StandardInput(descriptor: FileHandle.standardInput.fileDescriptor), into: folder)
    }

    /// A reference has a `/`, too: a file that is there decides, and a word that begins like a path.
    static func isArchive(_ word: String) -> Bool {
        if word == "-" || word.hasPrefix("/") || word.hasPrefix("./") || word.hasPrefix("../") { return true }
        return word.hasSuffix(".tar") || (word.contains("/") && FileManager.default.fileExists(atPath: word))
    }
}
