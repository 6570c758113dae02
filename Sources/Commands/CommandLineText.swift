import Foundation
import Model

/// The command line as bytes: Swift replaces what is not UTF-8 without a word, and something else would then be run.
enum CommandLineText {
    /// The variables that we read ourselves.
    private static let variables = ["CAISSON_HOME", "CAISSON_SOCKET", "XDG_STATE_HOME", "HOME", "DOCKER_HOST"]

    /// - Throws: ``InputError`` naming each argument and each variable of ours that is not UTF-8.
    static func check() throws {
        let pointers = (0..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
        let variables = variables.map { name in (place: "The variable \(name)", pointer: getenv(name)) }
        let all = pointers.enumerated().map { (place: "Argument \($0)", pointer: $1) } + variables
        let mistakes = all.filter { $0.pointer.map { String(validatingCString: $0) == nil } == true }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes.map { NotText(place: $0.place) }) }
    }

    /// The form that was asked for, also where the parser could not get so far.
    static func form(_ arguments: [String]) -> OutputForm {
        let own = arguments.prefix { $0 != "--" }
        for (index, word) in own.enumerated() {
            for json in ["json", "jsonl"] {
                if ["-o\(json)", "-o=\(json)", "--output=\(json)"].contains(word) { return .json }
                if ["-o", "--output"].contains(word), own.dropFirst(index + 1).first == json { return .json }
            }
        }
        return .table
    }
}
