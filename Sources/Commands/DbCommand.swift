import ArgumentParser
import Daemon
import Foundation
import Model
import SQLiteStore

/// `caisson db`: looks after the job database.
struct DbCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Check, copy, restore and shrink the job database, while no daemon has it in use.",
        subcommands: [Check.self, Copy.self, Restore.self, Vacuum.self])

    /// `caisson db check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Look whether the database is sound; changes nothing.",
            discussion: "Exit status 9 if it is not. Example: `caisson db check`.")
        @OptionGroup var form: FormOption
        @OptionGroup var home: HomeOption

        func run() async throws {
            let faults = try await StoreUpkeep.use(try home.configuration()) { try await $0.check() }
            try tell(faults, .standard).end()
        }

        /// The command without its surroundings.
        func tell(_ faults: [String], _ output: Output) throws -> ExitStatus {
            struct View: Encodable {
                let isSound: Bool
                let faults: [String]
            }
            if form.form == .json {
                try output.json(View(isSound: faults.isEmpty, faults: faults))
            } else {
                for fault in faults { try output.line(TextTable.oneLine(fault, width: TextTable.sentence)) }
                if faults.isEmpty { try output.line("sound") }
            }
            return faults.isEmpty ? .ok : .errored
        }
    }

    /// `caisson db backup`.
    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy the database into a new file.",
            discussion: """
                Blobs are files of their own beside the database, which never change: copy the folder blobs after it. Example: \
                `caisson db backup jobs.db`.
                """)
        @Argument(help: "The new file.") var file: String
        @OptionGroup var home: HomeOption

        func run() async throws {
            let path = DbCommand.absolute(file)
            try await StoreUpkeep.use(try home.configuration()) { try await $0.backup(to: path) }
            try Output.standard.line(path)
        }
    }

    /// `caisson db restore`.
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Put a copy in the place of the database, which is kept beside it.",
            discussion: "A copy that is not sound is refused. Example: `caisson db restore jobs.db`.")
        @Argument(help: "A file that `caisson db backup` made.") var file: String
        @OptionGroup var home: HomeOption

        func run() async throws {
            let configuration = try home.configuration()
            try await StoreUpkeep.restore(DbCommand.absolute(file), to: configuration)
            try Output.standard.line(configuration.home)
        }
    }

    /// `caisson db vacuum`.
    struct Vacuum: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vacuum", abstract: "Write the database anew, without the room that deleted jobs have left.",
            discussion: "Needs as much free space as the database takes. Example: `caisson db vacuum`.")
        @OptionGroup var home: HomeOption

        func run() async throws { try await StoreUpkeep.use(try home.configuration()) { try await $0.vacuum() } }
    }

    private static func absolute(_ path: String) -> String {
        InstanceConfiguration.absolute(path, in: FileManager.default.currentDirectoryPath)
    }
}
