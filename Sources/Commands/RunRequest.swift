import Documents
import Foundation
import Hardening
import Model
import Ports

/// What the flags of `caisson run` and its document ask for, read and checked before anything is started.
///
/// Flags win over the document: a command replaces the document's, and so does each file, variable and limit of the same
/// name. Artifacts are added.
enum RunRequest {
    /// Stdout and stderr that go into a pipe or a file are cut only here, unless a limit is given.
    private static let pipedOutput = ByteCount.gibibytes(1)

    /// Where to write what is left, too.
    struct OutputFolders {
        var artifacts: String?
        var changes: String?
    }

    /// - Parameter isTerminal: whether our own stdout is a terminal.
    /// - Throws: ``InputError`` with everything that is wrong.
    static func make(
        _ flags: JobOptions, _ asked: RunDocument?, profile: Profile, folders: OutputFolders = OutputFolders(),
        isTerminal: Bool = true
    ) throws -> JobRequest {
        let document = asked?.document
        var mistakes: [any UserFacingError] = []
        let (flagLimits, limitMistakes) = LimitFlags.read(flags.limits, timeout: flags.timeout)
        mistakes += limitMistakes
        var amounts = (document?.limits ?? [:]).merging(flagLimits) { _, flag in flag }
        if !isTerminal, amounts[.output] == nil { amounts[.output] = pipedOutput.bytes }
        var request = JobRequest(
            image: flags.image ?? document?.image ?? "",
            command: flags.command.isEmpty ? document?.command ?? [] : flags.command, profile: profile.name,
            limits: profile.limits.setting(amounts))
        request.environment = (document?.environment ?? [:]).merging(environment(flags.environment, &mistakes)) {
            _, flag in flag
        }
        request.artifacts = (document?.artifacts ?? []).filter { !flags.artifacts.contains($0) } + flags.artifacts
        request.collectsChanges = folders.changes != nil || document?.changes == true
        request.outputPolicy = outputPolicy(flags, &mistakes) ?? document?.outputPolicy ?? .truncate
        request.files = files(flags, &mistakes)
        if let asked {
            let (files, fileMistakes) = asked.files(without: Set(request.files.map(\.path)))
            request.files = files + request.files
            mistakes += fileMistakes
        }
        request.stdin = standardInput(flags, asked, &mistakes)
        mistakes += [folders.artifacts, folders.changes].compactMap(\.self).compactMap(ArtifactWriter.mistake)
        mistakes += imageMistakes(request.image, document: flags.image == nil ? document : nil)
        mistakes += limitConflicts(request.limits, document, flagLimits)
        let limitsMistakes = request.limits.mistakes
        mistakes += request.mistakes.filter { !limitsMistakes.contains($0) }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        return request
    }

    static func environment(_ words: [String], _ mistakes: inout [any UserFacingError]) -> [String: String] {
        var environment: [String: String] = [:]
        for word in words {
            guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
                // The word may hold a secret: its name at most is told.
                mistakes.append(ModelError.malformed(field: "--env", value: "…", expected: "NAME=VALUE"))
                continue
            }
            environment[String(word[..<sign])] = String(word[word.index(after: sign)...])
        }
        return environment
    }

    private static func outputPolicy(_ flags: JobOptions, _ mistakes: inout [any UserFacingError])
        -> JobSpec.OutputPolicy?
    {
        guard let word = flags.outputPolicy else { return nil }
        if let policy = JobSpec.OutputPolicy(rawValue: word) { return policy }
        mistakes.append(
            ModelError.malformed(
                field: "--output-policy", value: TextTable.oneLine(word, width: 80), expected: "truncate or kill"))
        return nil
    }

    /// Limits that contradict each other, with the document's place if that is where they come from.
    private static func limitConflicts(
        _ limits: Limits, _ document: JobDocument?, _ flags: [LimitField: Int64]
    ) -> [any UserFacingError] {
        guard limits.mistakes == limits.conflicts.map(\.mistake) else { return limits.mistakes }
        return limits.conflicts.map { mistake, fields in
            let isFromFlags = fields.contains { flags[$0] != nil }
            let isFromDocument = fields.contains { document?.limits[$0] != nil }
            guard let document, isFromDocument, !isFromFlags else { return mistake }
            return document.mistake(
                .limits, "do not fit together: \(mistake.message.dropLast())", remedy: mistake.remedy)
        }
    }

    // MARK: The image

    static func imageMistakes(_ image: String, document: JobDocument?) -> [any UserFacingError] {
        if image.isEmpty {
            return [RunError.noImage]
        }
        guard !isReference(image) else { return [] }
        let expected = "the name of an image, or NAME:TAG or NAME@DIGEST in lower case"
        let shown = TextTable.oneLine(image, width: 80)
        if let document {
            return [document.mistake(.image, "is \"\(shown)\", which is not \(expected)", remedy: nil)]
        }
        return [ModelError.malformed(field: "--image", value: shown, expected: expected)]
    }

    /// Whether `text` can be an image's reference; the engine knows the finer rules.
    private static func isReference(_ text: String) -> Bool {
        let name = text.prefix { $0 != ":" && $0 != "@" }
        let plain = Set("abcdefghijklmnopqrstuvwxyz0123456789._-/".utf8)
        let rest = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ:@".utf8).union(plain)
        return !name.isEmpty && name.utf8.allSatisfy(plain.contains) && text.utf8.allSatisfy(rest.contains)
            && !name.hasPrefix("/") && !text.contains("..") && !text.contains("//")
            && (ImageName.isName(text) || ImageName.isExact(reference: text))
    }

    // MARK: Files

    private static func files(_ flags: JobOptions, _ mistakes: inout [any UserFacingError]) -> [JobRequest.File] {
        var files: [JobRequest.File] = []
        for word in flags.files {
            do throws(FileError) { files.append(try file(word)) } catch { mistakes.append(error) }
        }
        for word in flags.folders {
            do throws(FileError) {
                let (path, destination) = try split(word, flag: "--dir")
                if let destination, !JobSpec.isWorkPath(destination) {
                    mistakes.append(
                        ModelError.malformed(
                            field: "--dir", value: TextTable.oneLine(destination, width: 80),
                            expected: JobSpec.workPathForm))
                    continue
                }
                do throws(FolderProblems) {
                    files += try FolderInput.files(in: path, to: destination)
                } catch {
                    mistakes += error.problems
                }
            } catch {
                mistakes.append(error)
            }
        }
        return files
    }

    private static func file(_ word: String) throws(FileError) -> JobRequest.File {
        let (path, name) = try split(word, flag: "--file")
        let source = try FileInput(path: path)
        return JobRequest.File(
            path: name ?? URL(filePath: path).lastPathComponent, size: source.size, isExecutable: source.isExecutable,
            source: source)
    }

    /// `LOCAL` or `LOCAL:NAME`; a path that has a colon itself needs the second form.
    private static func split(_ word: String, flag: String) throws(FileError) -> (path: String, name: String?) {
        // What was no UTF-8 in our arguments has become this character on its way.
        if word.unicodeScalars.contains("\u{FFFD}") { throw .badName(flag: flag) }
        guard let colon = word.lastIndex(of: ":") else { return (word, nil) }
        let path = String(word[..<colon])
        if FileIdentity(path: path) == nil, FileIdentity(path: word) != nil {
            throw .colon(flag: flag, word: TextTable.oneLine(word, width: 200))
        }
        return (path, String(word[word.index(after: colon)...]))
    }

    private static func standardInput(
        _ flags: JobOptions, _ asked: RunDocument?, _ mistakes: inout [any UserFacingError]
    ) -> JobRequest.StandardInput {
        let dash = RunDocument.standardInput
        if flags.stdin == dash, flags.document == dash {
            mistakes.append(RunError.standardInputTwice)
            return .none
        }
        do {
            guard let word = flags.stdin else { return try asked?.standardInput() ?? .none }
            if word == dash { return .live(StandardInput(descriptor: FileHandle.standardInput.fileDescriptor)) }
            return .stored(try FileInput(path: word))
        } catch let error as any UserFacingError {
            mistakes.append(error)
        } catch {
            mistakes.append(FileError.unreadable(path: flags.stdin ?? dash, reason: reason(error)))
        }
        return .none
    }
}
