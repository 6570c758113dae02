import ArgumentParser

/// `caisson profile`: what the classes of jobs may do.
struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Show the profiles: what each class of jobs may do and use.",
        subcommands: [
            ProfileListCommand.self, ProfileShowCommand.self, ProfileExplainCommand.self, ProfileDiffCommand.self,
        ])
}
