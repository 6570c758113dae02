import Model

/// Settings as a file has them: a map of keys, some of which group others.
///
/// What a value means is left to whoever knows the setting; here each is the text that was written, and where.
package struct SettingsDocument: Sendable {
    package struct Entry: Sendable, Hashable {
        /// With its group, as in `retention.succeeded`.
        package let key: String
        package let text: String
        /// Where the value stands.
        package let position: DocumentPosition
        package let pointer: DocumentPointer
    }

    package let entries: [Entry]
    /// Keys that are unknown, twice there or of the wrong kind, and what is wrong with the file's form.
    package let mistakes: [DocumentMistake]

    /// Reads settings; an empty document sets nothing.
    ///
    /// - Parameters:
    ///   - name: the document's name for messages; its ending tells JSON from YAML (``DocumentForm``).
    ///   - known: all keys that there are.
    package init(reading bytes: [UInt8], name: String, known: [String]) {
        let (node, mistakes) = DocumentReader.read(bytes, name: name)
        var reading = Reading(known: known, checker: DocumentChecker(document: name, mistakes: mistakes))
        if let node {
            if case .null = node.value {} else { reading.read(node, prefix: "", .root) }
        }
        (entries, self.mistakes) = (reading.entries, DocumentMistakes(reading.checker.mistakes).mistakes)
    }

    private struct Reading {
        let known: [String]
        var checker: DocumentChecker
        var entries: [Entry] = []

        mutating func read(_ node: DocumentNode, prefix: String, _ pointer: DocumentPointer) {
            guard let members = checker.map(node, pointer) else { return }
            for member in members {
                let (key, place) = (prefix + member.key, pointer.member(member.key))
                if known.contains(key) {
                    readValue(of: key, member.node, place)
                } else if known.contains(where: { $0.hasPrefix("\(key).") }) {
                    read(member.node, prefix: "\(key).", place)
                } else {
                    checker.failUnknown(member, pointer, known: names(behind: prefix))
                }
            }
        }

        private mutating func readValue(of key: String, _ node: DocumentNode, _ pointer: DocumentPointer) {
            let text: String
            switch node.value {
            case .string(let word), .number(let word), .unclear(let word): text = word
            case .bool(let value): text = "\(value)"
            case .null, .list, .map:
                return checker.fail(
                    pointer, node.position, "is \(node.kind), but must be one value",
                    remedy: "Write one value, or leave the key out.")
            }
            guard !entries.contains(where: { $0.key == key }) else {
                return checker.fail(pointer, node.position, "is there already", remedy: "Keep one of the two.")
            }
            entries.append(Entry(key: key, text: text, position: node.position, pointer: pointer))
        }

        /// What may stand in the map of a group.
        private func names(behind prefix: String) -> [String] {
            var names: [String] = []
            for key in known where key.hasPrefix(prefix) {
                let name = String(key.dropFirst(prefix.count).prefix { $0 != "." })
                if !names.contains(name) { names.append(name) }
            }
            return names
        }
    }
}
