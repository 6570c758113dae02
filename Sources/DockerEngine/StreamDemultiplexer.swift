/// Takes apart the stream of an attached container without a terminal.
///
/// Each piece has a header of eight bytes: the stream (1 stdout, 2 stderr), three zeros, the length as u32 big-endian.
/// - Source: Engine API 1.41, `ContainerAttach`, "Stream format".
struct StreamDemultiplexer {
    enum Stream: UInt8, Sendable, Hashable {
        case stdin = 0, stdout, stderr
    }

    /// The header names a stream or carries padding that does not exist.
    struct Violation: Error, Hashable {
        let header: [UInt8]
    }

    private var header: [UInt8] = []
    private var stream = Stream.stdout
    private var missing = 0

    /// Takes bytes cut anywhere and gives them by stream, in order.
    mutating func push(_ bytes: [UInt8]) throws(Violation) -> [(Stream, ArraySlice<UInt8>)] {
        var pieces: [(Stream, ArraySlice<UInt8>)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if missing == 0 {
                let taken = rest.prefix(8 - header.count)
                header += taken
                rest = rest.dropFirst(taken.count)
                guard header.count == 8 else { break }
                guard let stream = Stream(rawValue: header[0]), header[1...3].allSatisfy({ $0 == 0 }) else {
                    throw Violation(header: header)
                }
                self.stream = stream
                missing = header[4...].reduce(0) { $0 << 8 | Int($1) }
                header.removeAll(keepingCapacity: true)
            } else {
                let piece = rest.prefix(missing)
                pieces.append((stream, piece))
                missing -= piece.count
                rest = rest.dropFirst(piece.count)
            }
        }
        return pieces
    }
}
