import ArgumentParser
import Daemon
import Foundation
import Model

/// An error on its way to the person, or the program, that typed the command.
///
/// In text each mistake is a line `error: CODE: sentence`, and a line `hint:` where there is something to do. Where the fault may
/// be ours or the engine's, a line `id:` follows, which names this invocation in the log. As JSON all of it is one object.
struct Failure {
    /// One thing that is wrong.
    private struct Item: Encodable {
        let code: String
        let message: String
        let hint: String?

        init(_ error: any UserFacingError) {
            code = error.code.rawValue
            // What an engine, a file or an argument said may be in it.
            message = TextTable.oneLine(error.message, width: TextTable.sentence)
            hint = error.remedy.map { TextTable.oneLine($0, width: TextTable.sentence) }
        }
    }

    let status: ExitStatus
    private let items: [Item]
    /// What the parser wants printed although nothing is wrong: help, or the version.
    private let information: String?

    init(_ error: any Error, arguments: [String] = []) {
        switch error {
        case let error as any UserFacingError:
            self.init(ExitStatus(error.code), [error])
        case let error as InputError:
            self.init(error.mistakes.first.map { ExitStatus($0.code) } ?? .invalidInput, error.mistakes)
        case let error as RelayedMistakes:
            self.init(error.mistakes.first.map { ExitStatus($0.code) } ?? .invalidInput, error.mistakes)
        case is ReaderHasEnded:
            self.init(.ok, [])
        default:
            let code = Caisson.exitCode(for: error)
            if code.isSuccess {
                self.init(.ok, [], information: Caisson.fullMessage(for: error))
            } else if code == .validationFailure {
                self.init(.invalidInput, [UsageError(Caisson.message(for: error), arguments: arguments)])
            } else {
                self.init(.errored, [UnforeseenError(kind: "\(type(of: error))")])
            }
        }
    }

    private init(_ status: ExitStatus, _ errors: [any UserFacingError], information: String? = nil) {
        (self.status, items, self.information) = (status, errors.map(Item.init), information)
    }

    /// What is told of it, line by line.
    func lines(_ form: OutputForm, id: String) -> [String] {
        guard !items.isEmpty else { return [] }
        guard form == .table else { return [json(id: id)] }
        let told = items.flatMap { item in
            ["error: \(item.code): \(item.message)"] + (item.hint.map { ["hint: \($0)"] } ?? [])
        }
        return told + (status == .errored ? ["id: \(id)"] : [])
    }

    private func json(id: String) -> String {
        struct Document: Encodable {
            struct Body: Encodable {
                let code, message, id: String
                let hint: String?
                /// All of them, if there are several.
                let mistakes: [Item]?
            }
            let error: Body
        }
        let single = items.count == 1 ? items.first : nil
        let body = Document.Body(
            code: items.first?.code ?? "", message: single?.message ?? "\(items.count) mistakes.", id: id,
            hint: single?.hint, mistakes: single == nil ? items : nil)
        return Output.compactJSON(Document(error: body))
    }

    /// Tells it on stderr.
    func tell(_ form: OutputForm, output: Output) {
        for line in lines(form, id: Invocation.id) { output.error(line) }
    }

    /// Tells it and ends the process.
    func end(_ form: OutputForm) -> Never {
        if let information {
            do { try Output.standard.line(information) } catch { Failure(error).end(form) }
        }
        tell(form, output: .standard)
        status.end()
    }
}

/// Everything that is wrong with what was given, told at once.
struct InputError: Error {
    let mistakes: [any UserFacingError]
}

/// The parser could not make sense of the command line.
struct UsageError: UserFacingError {
    let message: String
    private let verb: String?

    /// - Parameter arguments: the command line, the program's name left out.
    init(_ message: String, arguments: [String]) {
        let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let text = lines.joined(separator: " ")
        self.message = [".", "?", "!"].contains(text.suffix(1)) ? text : "\(text)."
        var (verbs, names) = (Caisson.configuration.subcommands, [String]())
        for word in arguments {
            guard let verb = verbs.first(where: { $0.configuration.commandName == word }) else { break }
            names.append(word)
            verbs = verb.configuration.subcommands
        }
        verb = names.isEmpty ? nil : names.joined(separator: " ")
    }

    var code: ErrorCode { .invalidInput }
    var remedy: String? { "See `caisson \(verb.map { "\($0) " } ?? "")--help`." }
}

/// An error that no part of the program has words for.
struct UnforeseenError: UserFacingError {
    let kind: String
    var code: ErrorCode { .internalFault }
    var message: String { "Something failed that never should (\(kind))." }
    var remedy: String? { "Report this with what was printed, and with the output of `caisson doctor`." }
}

/// An argument or a variable whose bytes are no text: it would be taken for another one.
struct NotText: UserFacingError {
    /// As in `Argument 3`.
    let place: String
    var code: ErrorCode { .invalidInput }
    var message: String { "\(place) is not UTF-8, and would not arrive as it was given." }
    var remedy: String? { "Rename the file, or pass such bytes in a file (--file) or by --stdin." }
}
