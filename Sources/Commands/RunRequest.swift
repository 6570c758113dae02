import Foundation
import Hardening
import Model
import Ports

/// What the flags of `caisson run` ask for, read and checked before anything is started.
struct RunRequest {
    let limits: Limits
    let inputs: [WorkOrder.Input]
    let stdin: (any InputSource)?
    private let command: [String]
    private let environment: [String: String]
    private let artifacts: [String]
    private let profile: String

    /// - Throws: ``InputError`` with everything that is wrong.
    init(_ flags: RunCommand, profile: Profile) throws {
        var mistakes: [any UserFacingError] = []
        var limits = profile.limits
        do throws(ModelError) {
            limits.run = try Duration(text: flags.timeout, field: "--timeout")
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
        var inputs: [WorkOrder.Input] = []
        for word in flags.files {
            do throws(FileError) { inputs.append(try Self.input(word)) } catch { mistakes.append(error) }
        }
        do throws(FileError) { stdin = try Self.standardInput(flags.stdin) } catch {
            stdin = nil
            mistakes.append(error)
        }
        (self.limits, self.inputs, self.environment) = (limits, inputs, environment)
        (command, artifacts, self.profile) = (flags.command, flags.artifacts, profile.name)
        if !Self.isReference(flags.image) {
            mistakes.append(
                ModelError.malformed(
                    field: "--image", value: TextTable.oneLine(flags.image, width: 80),
                    expected: "the name of an image, or NAME:TAG or NAME@DIGEST in lower case"))
        }
        // The image is not known yet; nothing of what is checked here depends on it.
        mistakes += makeSpec(imageID: "", imageName: flags.image).mistakes
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
    }

    /// The job, for the image that was pinned.
    func spec(image: PinnedImage) throws -> JobSpec { makeSpec(imageID: image.id, imageName: image.name) }

    private func makeSpec(imageID: String, imageName: String) -> JobSpec {
        JobSpec(
            imageID: imageID, imageName: imageName, command: command, environment: environment,
            files: inputs.map(\.file),
            hasStandardInput: stdin != nil, artifacts: artifacts, profile: profile, limits: limits)
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
    private static func input(_ word: String) throws(FileError) -> WorkOrder.Input {
        let colon = word.lastIndex(of: ":")
        let path = colon.map { String(word[..<$0]) } ?? word
        let name = colon.map { String(word[word.index(after: $0)...]) } ?? URL(filePath: path).lastPathComponent
        let source = try FileInput(path: path)
        return WorkOrder.Input(
            file: .init(path: name, size: source.size, isExecutable: source.isExecutable), source: source)
    }

    private static func standardInput(_ word: String?) throws(FileError) -> (any InputSource)? {
        guard let word else { return nil }
        if word == "-" { return StandardInput(descriptor: FileHandle.standardInput.fileDescriptor) }
        return try FileInput(path: word)
    }
}
