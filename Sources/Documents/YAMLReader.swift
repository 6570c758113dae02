// Yams reads a whole document into a tree before anybody can count what is in it, so its libyaml is asked for one event after
// the other instead, and reading ends where a bound is passed.
import CYaml
import Model

/// Reads the safe part of YAML: one document of maps, lists and scalars, without anchors, aliases, tags and merge keys.
///
/// It holds no more than ``DocumentBounds`` allows and calls nothing recursively, whatever the document is.
struct YAMLReader {
    private let document: String
    private let mostNodes: Int
    private var nodes = 0
    private var mistakes: [DocumentMistake] = []
    /// The lists and maps that are open, from the outermost on.
    private var open: [Collection] = []
    private var root: DocumentNode?
    private var documents = 0

    init(document: String, mostNodes: Int = DocumentBounds.nodes) {
        (self.document, self.mostNodes) = (document, mostNodes)
    }

    /// A list or a map of which not everything has been read.
    private struct Collection {
        let position: DocumentPosition
        let pointer: DocumentPointer
        var content: Content
        /// The key whose value comes next.
        var key: (text: String, position: DocumentPosition)?
        var keys = DocumentKeys()

        enum Content {
            case list([DocumentNode])
            case map([DocumentNode.Member])
        }

        /// Where the next value belongs.
        var nextPointer: DocumentPointer {
            switch content {
            case .list(let items): pointer.item(items.count)
            case .map: key.map { pointer.member($0.text) } ?? pointer
            }
        }
    }

    mutating func read(_ bytes: [UInt8]) -> (node: DocumentNode?, mistakes: [DocumentMistake]) {
        let stop = LibYAML.parse(bytes) { event in take(event) }
        switch stop {
        case .ended, .handler: break
        case .failed(let failure):
            let position = failure.position ?? DocumentText.position(of: failure.offset, in: bytes)
            let mistake =
                failure.depth > DocumentBounds.depth
                ? DocumentReader.tooDeep(document, position, pointer)
                : bad(
                    position, "cannot be read as YAML: \(failure.problem)",
                    "Mend the form; strings with : # or quotes in them need quotes.")
            mistakes.append(mistake)
            root = nil
        }
        return (root, mistakes)
    }

    /// Takes the next event in; whether reading goes on.
    private mutating func take(_ event: LibYAML.Event) -> Bool {
        let position = event.position
        switch event.kind {
        case .documentStart:
            documents += 1
            guard documents == 1 else {
                return stop(
                    bad(position, "is followed by another one", "Keep one document in a file, without a second ---."))
            }
        case .alias:
            return stop(bad(position, "uses an alias (*name)", "Write the value itself; aliases are not read."))
        case .scalar(let text, let isPlain):
            refuseProperties(event)
            guard count(position) else { return false }
            return isKeyNext
                ? takeKey(text, isPlain: isPlain, position)
                : takeValue(isPlain ? PlainScalar.value(text) : .string(text), position)
        case .listStart, .mapStart:
            refuseProperties(event)
            guard count(position) else { return false }
            guard !isKeyNext else {
                return stop(bad(position, "has a list or a map as a key", "Use strings as keys."))
            }
            guard open.count < DocumentBounds.depth else {
                return stop(DocumentReader.tooDeep(document, position, pointer))
            }
            let content: Collection.Content = if case .listStart = event.kind { .list([]) } else { .map([]) }
            open.append(Collection(position: position, pointer: pointer, content: content))
        case .collectionEnd:
            guard let collection = open.popLast() else { return true }
            switch collection.content {
            case .list(let items): return takeValue(.list(items), collection.position)
            case .map(let members): return takeValue(.map(members), collection.position)
            }
        case .other: break
        }
        return true
    }

    private var pointer: DocumentPointer { open.last?.nextPointer ?? .root }

    private var isKeyNext: Bool {
        guard let last = open.last, case .map = last.content else { return false }
        return last.key == nil
    }

    private mutating func takeKey(_ text: String, isPlain: Bool, _ position: DocumentPosition) -> Bool {
        if isPlain, text == "<<" {
            return stop(
                bad(position, "uses a merge key (<<)", "Write the members themselves; merge keys are not read."))
        }
        open[open.count - 1].key = (text, position)
        if isPlain {
            switch PlainScalar.value(text) {
            case .string: break
            default:
                mistakes.append(
                    bad(
                        position, "is a key that YAML readers do not agree on",
                        "Put the key in quotes."))
            }
        }
        return true
    }

    private mutating func takeValue(_ value: DocumentNode.Value, _ position: DocumentPosition) -> Bool {
        let node = DocumentNode(value: value, position: position)
        guard var collection = open.popLast() else {
            root = node
            return true
        }
        switch collection.content {
        case .list(var items):
            collection.content = .list([])  // so that the items are not copied
            items.append(node)
            collection.content = .list(items)
        case .map(var members):
            guard let key = collection.key else { break }
            collection.content = .map([])
            if collection.keys.isNew(key.text, beside: members) {
                members.append(.init(key: key.text, keyPosition: key.position, node: node))
            } else {
                mistakes.append(
                    DocumentReader.duplicate(document, key.position, collection.pointer.member(key.text)))
            }
            collection.content = .map(members)
            collection.key = nil
        }
        open.append(collection)
        return true
    }

    private mutating func refuseProperties(_ event: LibYAML.Event) {
        if event.hasAnchor {
            mistakes.append(bad(event.position, "has an anchor (&name)", "Leave the anchor out; aliases are not read."))
        }
        if event.hasTag {
            mistakes.append(bad(event.position, "has a tag (!name)", "Leave the tag out; quotes make a string."))
        }
    }

    private mutating func count(_ position: DocumentPosition) -> Bool {
        nodes += 1
        return nodes <= mostNodes || stop(DocumentReader.tooMany(document, position, pointer, most: mostNodes))
    }

    /// Ends reading: nothing of the document is used.
    private mutating func stop(_ mistake: DocumentMistake) -> Bool {
        mistakes.append(mistake)
        root = nil
        return false
    }

    private func bad(_ position: DocumentPosition, _ problem: String, _ remedy: String) -> DocumentMistake {
        DocumentMistake(
            .documentBadYAML, document: document, position: position, pointer: pointer, problem: problem,
            remedy: remedy)
    }
}
