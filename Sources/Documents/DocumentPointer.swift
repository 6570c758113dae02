/// The way to a value in a document.
///
/// Readers take a step for each value, and hardly any of them is ever told: the text is only made when it is.
///
/// - Source: RFC 6901 (JSON Pointer).
package struct DocumentPointer: Sendable, Hashable, CustomStringConvertible {
    private indirect enum Way: Sendable {
        case root
        case member(Way, String)
        case item(Way, Int)
    }

    private let way: Way

    package static let root = DocumentPointer(way: .root)

    private init(way: Way) { self.way = way }

    package func member(_ key: String) -> DocumentPointer { DocumentPointer(way: .member(way, key)) }

    package func item(_ index: Int) -> DocumentPointer { DocumentPointer(way: .item(way, index)) }

    package var description: String {
        var steps: [String] = []
        var rest = way
        while true {
            switch rest {
            case .root: return steps.reversed().map { "/\($0)" }.joined()
            case .member(let parent, let key):
                steps.append(key.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined())
                rest = parent
            case .item(let parent, let index):
                steps.append("\(index)")
                rest = parent
            }
        }
    }

    package static func == (left: DocumentPointer, right: DocumentPointer) -> Bool {
        left.description == right.description
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
