import Testing

@testable import DockerEngine

@Suite struct StreamDemultiplexerTests {
    private typealias Stream = StreamDemultiplexer.Stream

    private static func piece(_ stream: Stream, _ bytes: [UInt8]) -> [UInt8] {
        [stream.rawValue, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) } + bytes
    }

    /// Both streams, an empty piece, content that looks like a header, one longer than a byte can count.
    private static let pieces: [(StreamDemultiplexer.Stream, [UInt8])] = [
        (.stdout, Array("hello".utf8)), (.stderr, []), (.stderr, [1, 0, 0, 0, 0, 0, 0, 3]),
        (.stdout, [UInt8](repeating: 2, count: 300)), (.stdin, [9]), (.stdout, []), (.stdout, [7]),
    ]
    private static let stream = pieces.flatMap { piece($0.0, $0.1) }

    private func content(_ cuts: [ArraySlice<UInt8>]) throws -> [StreamDemultiplexer.Stream: [UInt8]] {
        var demultiplexer = StreamDemultiplexer()
        var content: [StreamDemultiplexer.Stream: [UInt8]] = [:]
        for cut in cuts {
            for (stream, bytes) in try demultiplexer.push(Array(cut)) { content[stream, default: []] += bytes }
        }
        return content
    }

    private static var wanted: [StreamDemultiplexer.Stream: [UInt8]] {
        Dictionary(pieces.filter { !$0.1.isEmpty }, uniquingKeysWith: +)
    }

    @Test("a stream cut in two, at any byte, comes apart the same")
    func twoPieces() throws {
        for cut in 0...Self.stream.count {
            #expect(try content([Self.stream[..<cut], Self.stream[cut...]]) == Self.wanted, "cut at \(cut)")
        }
    }

    @Test("single bytes come apart the same, in the same order")
    func singleBytes() throws {
        #expect(try content(Self.stream.indices.map { Self.stream[$0...$0] }) == Self.wanted)
        var demultiplexer = StreamDemultiplexer()
        let order = try demultiplexer.push(Self.stream).map(\.0)
        #expect(order == [.stdout, .stderr, .stdout, .stdin, .stdout])
    }

    @Test("a stream that does not exist, and padding that is not zero, are violations")
    func violations() {
        for header: [UInt8] in [[3, 0, 0, 0], [255, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]] {
            let whole = header + [0, 0, 0, 1]
            #expect(throws: StreamDemultiplexer.Violation(header: whole)) { try content([(whole + [5])[...]]) }
            // Not before the header is whole.
            #expect(throws: Never.self) { try content([whole[..<7]]) }
        }
    }

    @Test("the longest length is no trap")
    func longest() throws {
        var demultiplexer = StreamDemultiplexer()
        #expect(try demultiplexer.push([1, 0, 0, 0, 255, 255, 255, 255, 8]).map { Array($0.1) } == [[8]])
    }
}
