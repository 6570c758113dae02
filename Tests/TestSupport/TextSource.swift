package import Ports
import Synchronization

/// An input of one piece; none if the text is empty.
package final class TextSource: InputSource {
    private let rest: Mutex<[UInt8]?>

    package init(_ text: String) { rest = Mutex(text.isEmpty ? nil : Array(text.utf8)) }

    package func next() async throws(StoreError) -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest
        }
    }
}
