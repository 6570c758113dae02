import ArgumentParser
import Daemon
import Ports

/// `caisson graph`: a graph for a program that draws.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Print a graph for a program that draws.",
        discussion: "Example: `caisson graph @latest -o dot | dot -Tsvg > graph.svg`.")

    enum Form: String, ExpressibleByArgument, CaseIterable { case dot, mermaid, json }

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output: dot, mermaid or json.")
    var form = Form.dot
    @OptionGroup var home: PlaceOptions

    func run() async throws { try await home.look { reader, _ in try await run(reader: reader, output: .standard) } }

    /// The command without its surroundings.
    func run(reader: any JobReader, output: Output) async throws {
        let tree = try await TreeCommand.tree(job, reader: reader)
        let text = GraphText(tree: tree)
        switch form {
        case .dot: for line in text.dot { try output.line(line) }
        case .mermaid: for line in text.mermaid { try output.line(line) }
        case .json: try output.json(TreeView(tree))
        }
    }
}
