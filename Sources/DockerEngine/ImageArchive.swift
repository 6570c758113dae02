import FoundationEssentials
import Model

/// An image of one layer as a docker-archive, made of fixed times only: the same content always has the same id.
///
/// - Source: Docker image specification 1.2 (`manifest.json`, the image's JSON); POSIX ustar for the archives.
struct ImageArchive {
    /// `sha256:` and the digest of the configuration: the id that the engine will give to the image.
    let id: String
    let bytes: [UInt8]

    /// - Parameters:
    ///   - tag: the name the image gets, as in `caisson/cell:0123456789ab`.
    ///   - files: absolute paths, each with its content, all executable and owned by root.
    ///   - user: the numeric user and group in the image's configuration.
    init(tag: String, files: [(path: String, content: [UInt8])], user: String) throws {
        var layer = Tar()
        for (path, content) in files {
            let name = String(path.drop { $0 == "/" })
            let parts = name.split(separator: "/")
            for count in 1..<max(1, parts.count) { layer.addFolder(parts[..<count].joined(separator: "/")) }
            layer.addFile(name, content, mode: 0o555)
        }
        let layerBytes = layer.finished
        let configuration: JSONValue = [
            "architecture": .string(Self.architecture), "os": "linux", "created": "1970-01-01T00:00:00Z",
            "config": ["User": .string(user), "WorkingDir": "/"],
            "rootfs": ["type": "layers", "diff_ids": [.string(ContentDigest.of(layerBytes))]],
            "history": [["created": "1970-01-01T00:00:00Z", "created_by": "caisson"]],
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let configurationBytes = Array(try encoder.encode(configuration))
        id = ContentDigest.of(configurationBytes)
        let file = "\(id.dropFirst("sha256:".count)).json"
        let manifest: JSONValue = [["Config": .string(file), "RepoTags": [.string(tag)], "Layers": ["layer.tar"]]]

        var archive = Tar()
        archive.addFile("manifest.json", Array(try encoder.encode(manifest)), mode: 0o444)
        archive.addFile(file, configurationBytes, mode: 0o444)
        archive.addFile("layer.tar", layerBytes, mode: 0o444)
        bytes = archive.finished
    }

    /// The name that images have for the machine this program is built for, and the cell with it.
    static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #endif
    }
}

/// Writes a ustar archive of plain files and folders, all of time 0 and owned by root.
private struct Tar {
    private var bytes: [UInt8] = []
    private var folders: Set<String> = []

    /// The archive with its two closing blocks.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    mutating func addFolder(_ name: String) {
        guard folders.insert(name).inserted else { return }
        addHeader("\(name)/", size: 0, mode: 0o755, type: "5")
    }

    mutating func addFile(_ name: String, _ content: [UInt8], mode: Int) {
        addHeader(name, size: content.count, mode: mode, type: "0")
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    private mutating func addHeader(_ name: String, size: Int, mode: Int, type: Character) {
        bytes += TarHeader.bytes(name, size: Int64(size), mode: mode, type: type)
    }
}
