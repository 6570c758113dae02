import ArgumentParser

/// `caisson image`: the images that jobs can name.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "List, show, add and forget images.",
        discussion: """
            `caisson run --image NAME` means the image that was added under that name; if none was, our own image of that \
            name, as `Scripts/images` builds it. Anything with a tag or a digest is a reference to what the engine has. \
            Nothing is ever pulled.
            """,
        subcommands: [
            ImageListCommand.self, ImageShowCommand.self, ImageAddCommand.self, ImageRemoveCommand.self,
        ])
}
