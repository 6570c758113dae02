import ArgumentParser
import Daemon
import Documents
import Foundation
import Model
import Ports

/// `caisson spec`: everything that a job was asked to run.
struct SpecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spec", abstract: "Print what a job runs, so that it can be handed in again.",
        discussion: """
            Examples: `caisson spec @latest > s.json`, then `caisson submit -f s.json`: the same image, inputs and limits, and the \
            same digest. Values of the environment are printed as they are.
            """)

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var home: PlaceOptions

    func run() async throws { try await home.look { reader, _ in try await run(reader: reader, output: .standard) } }

    /// The command without its surroundings.
    func run(reader: any JobReader, output: Output) async throws {
        struct View: Encodable {
            let kind, digest: String
            let placement: Placement
            let spec: JobSpec
        }
        let job = try await reader.job(job)
        try output.json(
            View(
                kind: SpecDocument.kind, digest: job.specDigest, placement: job.summary.placement, spec: job.spec))
    }
}
