import FoundationEssentials
import Model
import Ports

/// The one image of somebody's archive, as a new archive of our own making: under our tag alone, with nothing in it but the
/// image's configuration and its layers.
///
/// What else lies in the archive, and the names it wants to give, never reach the engine: else an archive could make
/// `caisson/python:local` mean something else.
/// - Source: Docker image specification 1.2 (`manifest.json`).
struct ImageUpload: Sendable {
    /// `sha256:` and the digest of the configuration: the id that the engine will give to the image.
    let id: String
    let lengthBytes: Int
    private let archive: any ArchiveBytes
    private let pieces: [Piece]

    fileprivate enum Piece: Sendable {
        case bytes([UInt8])
        case range(Range<Int64>)
    }

    enum Limit {
        static let manifest: Int64 = 1 << 20
        static let configuration: Int64 = 8 << 20
        /// As many as an engine puts upon each other.
        static let layers = 127
        /// What a header of ours can say of one layer.
        static let layer: Int64 = 8 << 30
    }

    /// Reads the archive's index, the manifest and the configuration.
    ///
    /// - Throws: ``ArchiveProblem``, or ``StoreError`` if the archive cannot be read.
    init(_ archive: any ArchiveBytes, tag: String) async throws {
        let index = try await TarIndex(archive)
        let manifest = try await Self.json("manifest.json", at: Limit.manifest, index, archive).value
        guard let images = manifest.arrayValue, let image = images.first,
            let configurationName = image["Config"]?.stringValue, let layerNames = image["Layers"]?.arrayValue
        else { throw ArchiveProblem("its manifest.json names no image") }
        guard images.count == 1 else {
            throw ArchiveProblem("it holds \(images.count) images; save the one you mean in an archive of its own")
        }
        guard layerNames.count <= Limit.layers else { throw ArchiveProblem("its image has \(layerNames.count) layers") }
        let configuration = try await Self.json(configurationName, at: Limit.configuration, index, archive)
        if let reason = ImageCheck.refusal(configuration: configuration.value) { throw ArchiveProblem(reason) }
        id = ContentDigest.of(configuration.bytes)

        // Two layers may be one file: it goes out once.
        var (names, files): ([JSONValue], [TarIndex.Member]) = ([], [])
        for name in layerNames {
            guard let file = name.stringValue.flatMap(index.file) else {
                throw ArchiveProblem("the layer \(name.stringValue ?? "without a name") is not in it")
            }
            guard file.size < Limit.layer else {
                throw ArchiveProblem("the layer \(file.name) is \(file.size) bytes long")
            }
            if !files.contains(file) { files.append(file) }
            names.append(.string("\(files.firstIndex(of: file) ?? 0).tar"))
        }
        let ours: JSONValue = [
            ["Config": "config.json", "RepoTags": [.string(tag)], "Layers": .array(names)]
        ]
        var pieces: [Piece] = []
        func add(_ name: String, _ piece: Piece, _ size: Int64) {
            pieces.append(.bytes(TarHeader.bytes(name, size: size, mode: 0o444, type: "0")))
            pieces.append(piece)
            pieces.append(.bytes([UInt8](repeating: 0, count: TarHeader.padding(size))))
        }
        let encoded = Array(try JSONEncoder().encode(ours))
        add("manifest.json", .bytes(encoded), Int64(encoded.count))
        add("config.json", .bytes(configuration.bytes), Int64(configuration.bytes.count))
        for (number, file) in files.enumerated() {
            add("\(number).tar", .range(file.content), file.size)
        }
        pieces.append(.bytes([UInt8](repeating: 0, count: 2 * TarHeader.blockBytes)))
        (self.archive, self.pieces) = (archive, pieces)
        lengthBytes = pieces.reduce(0) { length, piece in
            switch piece {
            case .bytes(let bytes): length + bytes.count
            case .range(let range): length + Int(range.upperBound - range.lowerBound)
            }
        }
    }

    private static func json(
        _ name: String, at limit: Int64, _ index: TarIndex, _ archive: any ArchiveBytes
    ) async throws -> (value: JSONValue, bytes: [UInt8]) {
        guard let file = index.file(name) else {
            throw ArchiveProblem("there is no \(name) in it; it has to be made by `docker save`")
        }
        guard file.size <= limit else { throw ArchiveProblem("its \(name) is \(file.size) bytes long") }
        let bytes = try await archive.read(from: file.content.lowerBound, count: Int(file.size))
        do {
            return (try JSONDecoder().decode(JSONValue.self, from: Data(bytes)), bytes)
        } catch {
            throw ArchiveProblem("its \(name) is not JSON")
        }
    }
}

extension ImageUpload: AsyncSequence {
    /// Bytes of one piece at most.
    static let pieceBytes: Int64 = 1 << 20

    func makeAsyncIterator() -> Iterator { Iterator(archive: archive, pieces: pieces[...]) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let archive: any ArchiveBytes
        fileprivate var pieces: ArraySlice<Piece>
        /// How far the range in front has been read.
        private var offset: Int64 = 0

        fileprivate init(archive: any ArchiveBytes, pieces: ArraySlice<Piece>) {
            (self.archive, self.pieces) = (archive, pieces)
        }

        mutating func next() async throws -> [UInt8]? {
            while let piece = pieces.first {
                switch piece {
                case .bytes(let bytes):
                    pieces.removeFirst()
                    if !bytes.isEmpty { return bytes }
                case .range(let range):
                    let start = range.lowerBound + offset
                    let count = Swift.min(ImageUpload.pieceBytes, range.upperBound - start)
                    guard count > 0 else {
                        pieces.removeFirst()
                        offset = 0
                        continue
                    }
                    offset += count
                    return try await archive.read(from: start, count: Int(count))
                }
            }
            return nil
        }
    }
}
