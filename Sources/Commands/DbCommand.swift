import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Foundation
import Model
import SQLiteStore

/// `caisson db`: looks after the job database.
struct DbCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Check, copy, restore and shrink the job database.",
        discussion: "Checks and copies are made beside a daemon that works; to restore and to shrink, end it first.",
        subcommands: [Check.self, Copy.self, Restore.self, Vacuum.self])

    /// `caisson db check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Look whether the database, or a copy of it, is sound; changes nothing.",
            discussion: "Exit status 9 if it is not. Examples: `caisson db check`, `caisson db check jobs.db`.")
        @Argument(help: "A file that `caisson db backup` made; else the database itself.") var file: String?
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run() async throws { try tell(try await faults(), .standard).end() }

        private func faults() async throws -> [String] {
            if let file { return try SQLiteJobReader.faults(ofCopy: DbCommand.absolute(file)) }
            let configuration = try home.home.configuration()
            return try await home.clientIfThere { client in
                if let client { return try await client.checkStore().faults }
                return try await StoreUpkeep.use(configuration) { try await $0.check() }
            }
        }

        /// The command without its surroundings.
        func tell(_ faults: [String], _ output: Output) throws -> ExitStatus {
            if form.form == .json {
                try output.json(StoreCheckView(faults: faults))
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
            commandName: "backup",
            abstract: "Copy the database into a new file, beside a daemon that works, and check the copy.",
            discussion: """
                A file that is there is never replaced. Blobs over 64 KiB are files of their own in the data folder, which never \
                change: copy the folder blobs after it. Example: `caisson db backup jobs.db`.
                """)
        @Argument(help: "The new file.") var file: String
        @OptionGroup var home: PlaceOptions

        func run() async throws {
            let path = DbCommand.absolute(file)
            // Before anything is done for it.
            try NewFile.checkFree(path)
            let configuration = try home.home.configuration()
            try await home.clientIfThere { client in
                guard let client else {
                    return try await StoreUpkeep.use(configuration) { try await $0.backup(to: path) }
                }
                let new = try NewFile(path)
                try await client.backup { try new.append($0) }
                try new.synchronize()
                try DbCommand.checkSound(new.place)
                try new.publish()
            }
            try Output.standard.line(path)
        }
    }

    /// A copy that is not sound is none.
    private static func checkSound(_ path: String) throws {
        let faults = try SQLiteJobReader.faults(ofCopy: path)
        if let first = faults.first { throw UnsoundCopy(fault: first) }
    }

    /// `caisson db restore`.
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Put a copy in the place of the database, which is kept beside it.",
            discussion: """
                No daemon may work in the folder. A copy that is not sound is refused. Example: `caisson db restore jobs.db`.
                """)
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
            discussion: """
                No daemon may work in the folder. Needs as much free space as the database takes. Example: `caisson db vacuum`.
                """)
        @OptionGroup var home: HomeOption

        func run() async throws { try await StoreUpkeep.use(try home.configuration()) { try await $0.vacuum() } }
    }

    private static func absolute(_ path: String) -> String {
        InstanceConfiguration.absolute(path, in: FileManager.default.currentDirectoryPath)
    }
}

/// What was copied is not sound, so the copy is not kept.
struct UnsoundCopy: UserFacingError {
    let fault: String
    var code: ErrorCode { .storeCorrupt }
    var message: String {
        "The copy is not sound, and is not kept: \(TextTable.oneLine(fault, width: TextTable.sentence))."
    }
    var remedy: String? { "Look at the database itself with `caisson db check`." }
}
