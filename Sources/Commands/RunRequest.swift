import Foundation
import Hardening
import Model
import Ports

/// What the flags of `caisson run` ask for, read and checked before anything is started.
enum RunRequest {
    /// - Throws: ``InputError`` with everything that is wrong.
    static func make(_ flags: RunCommand, profile: Profile) throws -> JobRequest {
        var mistakes: [any UserFacingError] = []
        var limits = profile.limits
        do throws(ModelError) {
            if let timeout = flags.timeout { limits.run = try Duration(text: timeout, field: "--timeout") }
        } catch {
            mistakes.append(error)
        }
        var environment: [String: String] = [:]
        for word in flags.environment {
            guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
                // The word may hold a secret: its name at most is told.
                mistakes.append(ModelError.malformed(field: "--env", value: "…", expected: "NAME=VALUE"))
                continue
            }
            environment[String(word[..<sign])] = String(word[word.index(after: sign)...])
        }
        var request = JobRequest(image: flags.image, command: flags.command, profile: profile.name, limits: limits)
        (request.environment, request.artifacts) = (environment, flags.artifacts)
        for word in flags.files {
            do throws(FileError) { request.files.append(try input(word)) } catch { mistakes.append(error) }
        }
        do throws(FileError) { request.stdin = try standardInput(flags.stdin) } catch { mistakes.append(error) }
        if !isReference(flags.image) {
            mistakes.append(
                ModelError.malformed(
                    field: "--image", value: TextTable.oneLine(flags.image, width: 80),
                    expected: "the name of an image, or NAME:TAG or NAME@DIGEST in lower case"))
        }
        mistakes += request.mistakes
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        return request
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

    /// `LOCAL` or `LOCAL:NAME`; a path that has a colon itself needs the second form.
    private static func input(_ word: String) throws(FileError) -> JobRequest.File {
        let colon = word.lastIndex(of: ":")
        let path = colon.map { String(word[..<$0]) } ?? word
        let name = colon.map { String(word[word.index(after: $0)...]) } ?? URL(filePath: path).lastPathComponent
        let source = try FileInput(path: path)
        return JobRequest.File(path: name, size: source.size, isExecutable: source.isExecutable, source: source)
    }

    private static func standardInput(_ word: String?) throws(FileError) -> JobRequest.StandardInput {
        guard let word else { return .none }
        if word == "-" { return .live(StandardInput(descriptor: FileHandle.standardInput.fileDescriptor)) }
        return .stored(try FileInput(path: word))
    }
}
