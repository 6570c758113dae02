/// Collects what a server says when it refuses an upgrade: framed by length, by chunks, or by the connection's end.
///
/// It serves an error only, so a body that breaks its framing counts as complete with what had come until then.
struct RefusalBody: Sendable {
    private enum Framing: Sendable {
        case length(remaining: Int)
        /// In the size line of a chunk; `size` is what its digits say so far, extensions are skipped.
        case chunkSize(size: Int, inExtension: Bool)
        case chunkData(remaining: Int)
        /// In the line end after the data of a chunk.
        case chunkEnd
        case untilClose
        case complete
    }

    /// Most bytes kept; the rest is not waited for.
    static let boundBytes = 64 << 10

    private(set) var bytes: [UInt8] = []
    private var framing: Framing

    init(head: HTTPResponseHead) {
        if head.status == 204 || head.status == 304 {
            framing = .complete
        } else if head.headers["Transfer-Encoding"] != nil {
            framing = .chunkSize(size: 0, inExtension: false)
        } else if let text = head.headers["Content-Length"] {
            framing = Int(text).map { .length(remaining: max(0, $0)) } ?? .complete
        } else {
            framing = .untilClose
        }
    }

    /// Whether nothing more is needed.
    var isComplete: Bool {
        switch framing {
        case .complete, .length(remaining: 0): true
        default: bytes.count >= Self.boundBytes
        }
    }

    /// Takes the next piece, cut anywhere.
    mutating func receive(_ piece: [UInt8]) {
        var rest = piece[...]
        while !isComplete, let next = rest.first {
            switch framing {
            case .length(let remaining):
                framing = .length(remaining: remaining - keep(upTo: remaining, of: &rest))
            case .chunkData(let remaining):
                let left = remaining - keep(upTo: remaining, of: &rest)
                framing = left == 0 ? .chunkEnd : .chunkData(remaining: left)
            case .untilClose:
                _ = keep(upTo: rest.count, of: &rest)
            case .chunkSize(let size, let inExtension):
                rest.removeFirst()
                framing = Self.sizeLine(next, size: size, inExtension: inExtension)
            case .chunkEnd:
                rest.removeFirst()
                if next == UInt8(ascii: "\n") { framing = .chunkSize(size: 0, inExtension: false) }
            case .complete: return
            }
        }
    }

    /// Moves at most `wanted` bytes, and no more than the bound leaves room for; answers how many.
    private mutating func keep(upTo wanted: Int, of rest: inout ArraySlice<UInt8>) -> Int {
        let kept = rest.prefix(min(wanted, Self.boundBytes - bytes.count))
        bytes += kept
        rest.removeFirst(kept.count)
        return kept.count
    }

    private static func sizeLine(_ byte: UInt8, size: Int, inExtension: Bool) -> Framing {
        switch byte {
        case UInt8(ascii: "\n"): return size == 0 ? .complete : .chunkData(remaining: size)
        case _ where inExtension: return .chunkSize(size: size, inExtension: true)
        case UInt8(ascii: ";"), UInt8(ascii: "\r"): return .chunkSize(size: size, inExtension: true)
        default:
            // The bound keeps the product far from overflow.
            let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            guard let digit, size <= boundBytes else { return .complete }
            return .chunkSize(size: size * 16 + digit, inExtension: false)
        }
    }
}
