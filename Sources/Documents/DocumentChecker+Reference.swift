import Model

extension DocumentChecker {
    /// A file that another node of the graph leaves: `{from: NODE, result: true}`, or `stdout`, `stderr` or `artifact: PATH`.
    mutating func reference(
        _ member: DocumentNode.Member, _ keys: [DocumentNode.Member], _ pointer: DocumentPointer
    ) -> JobDocument.Reference? {
        typealias Key = JobDocument.Reference.Key
        let count = mistakes.count
        var (from, isExecutable): (String?, Bool) = (nil, false)
        var parts: [(part: InputReference.Part, path: String?)] = []
        for entry in keys {
            let place = pointer.member(entry.key)
            switch Key(rawValue: entry.key) {
            case .from: from = placeName(entry.node, place)
            case .result: flag(entry, place, .result, &parts)
            case .stdout: flag(entry, place, .stdout, &parts)
            case .stderr: flag(entry, place, .stderr, &parts)
            case .artifact:
                guard let path = string(entry.node, place) else { continue }
                checkPath(path, place, entry.node.position)
                parts.append((.artifact, path))
            case nil where entry.key == JobDocument.File.executableKey:
                isExecutable = bool(entry.node, place) ?? false
            case nil:
                failUnknown(
                    entry, pointer, known: Key.allCases.map(\.rawValue) + [JobDocument.File.executableKey])
            }
        }
        guard mistakes.count == count, let from else { return nil }
        guard parts.count == 1, let part = parts.first else {
            fail(
                pointer, member.node.position,
                parts.isEmpty ? "does not say what of \(from) is meant" : "names more than one part of \(from)",
                remedy: "Give one of result: true, stdout: true, stderr: true, artifact: PATH.")
            return nil
        }
        return JobDocument.Reference(
            name: member.key, reference: InputReference(node: from, part: part.part, path: part.path),
            isExecutable: isExecutable, position: member.keyPosition)
    }

    private mutating func flag(
        _ entry: DocumentNode.Member, _ pointer: DocumentPointer, _ part: InputReference.Part,
        _ parts: inout [(part: InputReference.Part, path: String?)]
    ) {
        guard let isMeant = bool(entry.node, pointer) else { return }
        if isMeant { return parts.append((part, nil)) }
        fail(pointer, entry.node.position, "is false", remedy: "Write \(entry.key): true, or leave it out.")
    }
}
