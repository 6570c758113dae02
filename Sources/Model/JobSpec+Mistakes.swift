extension JobSpec {
    /// Bounds that keep a spec inside one message to the cell and inside the kernel's own limits.
    package enum Bounds {
        /// Bytes of all arguments, and of all environment variables, together.
        package static let words = 128 << 10
        package static let files = 1024
        package static let artifacts = 256
        /// Bytes of one path beneath `/work`.
        package static let path = 1024
    }

    /// Everything that is wrong with this spec, so that a person can mend all of it at once.
    package var mistakes: [ModelError] {
        var mistakes = limits.mistakes
        mistakes += commandMistakes + environmentMistakes
        for path in files.map(\.path) { mistakes += Self.pathMistakes(path, field: "file name") }
        for path in artifacts { mistakes += Self.pathMistakes(path, field: "artifact path") }
        if files.count > Bounds.files {
            mistakes.append(.outOfRange(field: "files", value: "\(files.count)", allowed: "at most \(Bounds.files)"))
        }
        if artifacts.count > Bounds.artifacts {
            let count = "\(artifacts.count)"
            mistakes.append(.outOfRange(field: "artifacts", value: count, allowed: "at most \(Bounds.artifacts)"))
        }
        for (field, paths) in [("file name", files.map(\.path)), ("artifact path", artifacts)] {
            for (path, group) in Dictionary(grouping: paths, by: { $0 }) where group.count > 1 {
                mistakes.append(.malformed(field: field, value: path, expected: "given only once"))
            }
        }
        mistakes += fileMistakes + retry.mistakes
        if retry.attempts > 1, !effect.allowsAnotherRun {
            mistakes.append(
                .refused(
                    field: "retry.attempts", value: "\(retry.attempts)",
                    reason: "a job with the effect once is never run again by itself",
                    remedy: "Leave retry out, or declare the effect idempotent if a second run does no harm."))
        }
        return mistakes
    }

    /// What is wrong with the files together.
    private var fileMistakes: [ModelError] {
        var mistakes: [ModelError] = []
        let paths = Set(files.map(\.path))
        for path in paths.sorted() {
            for end in path.indices where path[end] == "/" && paths.contains(String(path[..<end])) {
                mistakes.append(
                    .malformed(
                        field: "file name", value: path, expected: "possible beside the file \(path[..<end])"))
            }
        }
        // A tmpfs gives out whole pages, so many small files take more than their bytes.
        // What is too large alone need not be counted exactly, and must not overflow the sum.
        let most = limits.work.bytes + LimitField.pageSize
        let pages = files.reduce(Int64(0)) {
            $0 + (min($1.size.bytes, most) + LimitField.pageSize - 1) / LimitField.pageSize
        }
        if pages > limits.work.bytes / LimitField.pageSize {
            let size = ByteCount(bytes: pages * LimitField.pageSize)
            mistakes.append(
                .outOfRange(
                    field: "all \(files.count) files together, in pages of 4KiB", value: "\(size)",
                    allowed: "at most limits.work (\(limits.work))"))
        }
        return mistakes
    }

    private var commandMistakes: [ModelError] {
        let size = command.reduce(0) { $0 + $1.utf8.count + 1 }
        return if command.isEmpty || command[0].isEmpty {
            [.malformed(field: "command", value: "", expected: "a program and its arguments")]
        } else if command.contains(where: { $0.utf8.contains(0) }) {
            [.malformed(field: "command", value: "…", expected: "free of NUL bytes")]
        } else if size > Bounds.words {
            [.outOfRange(field: "command", value: "\(size) bytes", allowed: "at most \(Bounds.words) bytes")]
        } else {
            []
        }
    }

    private var environmentMistakes: [ModelError] {
        var mistakes: [ModelError] = []
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            if name.isEmpty || name.contains("=") || name.utf8.contains(0) || value.utf8.contains(0) {
                mistakes.append(
                    .malformed(
                        field: "environment variable", value: name, expected: "a name without \"=\" and NUL bytes"))
            }
        }
        let size = environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 }
        if size > Bounds.words {
            let allowed = "at most \(Bounds.words) bytes"
            mistakes.append(.outOfRange(field: "environment", value: "\(size) bytes", allowed: allowed))
        }
        return mistakes
    }

    private static func pathMistakes(_ path: String, field: String) -> [ModelError] {
        isWorkPath(path) ? [] : [.malformed(field: field, value: path, expected: workPathForm)]
    }

    package static let workPathForm = "a relative path beneath /work without . and .."

    /// Whether `path` stays beneath `/work`, and has only one way to be written.
    package static func isWorkPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.utf8.contains(0)
            && path.utf8.count <= Bounds.path
    }
}
