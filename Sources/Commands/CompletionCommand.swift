import ArgumentParser

/// `caisson completion`: what a shell needs to complete our words.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a script that completes the words of this program in a shell.",
        discussion: """
            Examples: `source <(caisson completion bash)`, `caisson completion fish > ~/.config/fish/completions/caisson.fish`.
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() throws { try run(output: .standard) }

    /// The command without its surroundings.
    func run(output: Output) throws { try output.line(Caisson.completionScript(for: shell.kind)) }
}
