import ArgumentParser
import Daemon
import Foundation

/// What every verb takes.
struct HomeOption: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder. Else CAISSON_HOME, else the XDG state folder.", valueName: "folder"))
    var home: String?

    func configuration() throws -> InstanceConfiguration {
        try InstanceConfiguration(
            home: home, environment: ProcessInfo.processInfo.environment, executable: Self.executable)
    }

    /// The same, which has to be known.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    static func program() throws(FileError) -> String {
        guard executable.hasPrefix("/"), !executable.hasPrefix("/proc/") else {
            throw .unreadable(path: executable, reason: "it does not say which program runs")
        }
        return executable
    }

    /// The running program, whatever name and folder it was called by.
    private static var executable: String {
        let own = "/proc/self/exe"
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: own)  // ignored: then no cell is found
        return target ?? own
    }
}

/// The form of what is printed.
enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

struct FormOption: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output: table or json.")
    var form = OutputForm.table
}
