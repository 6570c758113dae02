import ArgumentParser

/// `caisson selftest`: what Caisson says of itself, tried out.
struct SelftestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest", abstract: "Try out whether jobs are confined as they should be.",
        subcommands: [SelftestSandboxCommand.self])
}
