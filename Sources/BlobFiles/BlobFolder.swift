// BlobFiles: spool files, and the content-addressed files of large blobs.
// It must not know what the bytes mean, nor which of them are still needed.
import Waiting
import Dispatch
package import Model
package import Ports

/// Large blobs, each in a file named by its content: `blobs/ab/abcd…` in the data folder.
///
/// A file gets its name only when all of its bytes are on the disk, so whatever has a name is whole.
package struct BlobFolder: BlobStore {
    let path: String
    private let ids: any IDSource
    /// A file gets its name, or is made use of again, beside others; one is removed alone.
    let queue = DispatchQueue(label: "caisson.blobs", attributes: .concurrent)

    /// Bytes that are in memory at once for each blob in the making.
    static let chunk = 256 << 10

    /// - Parameters:
    ///   - folder: The data folder. Nothing is made in it before the first large blob.
    ///   - ids: For the names of files in the making.
    package init(in folder: String, ids: any IDSource) { (path, self.ids) = ("\(folder)/blobs", ids) }

    package func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob {
        var offset = range.lowerBound
        func next() async throws(StoreError) -> [UInt8]? {
            guard offset < range.upperBound else { return nil }
            let rest = Int(range.upperBound - offset)
            let bytes = try await spool.read(from: offset, count: min(Self.chunk, rest))
            guard !bytes.isEmpty else { throw .corrupt(detail: "a spool ends \(rest) bytes short of \(range)") }
            offset += Int64(bytes.count)
            return bytes
        }
        let length = await spool.length
        if range.count > Blob.inlineLimit.bytes, range == 0..<length,
            let temporary = try await link(spool)
        {
            do {
                var digest = BlobDigest()
                while let piece = try await next() { digest.add(piece) }
                let reference = BlobReference(digest: digest.text, size: ByteCount(bytes: length))
                try await keep(temporary, as: reference)
                return Blob(reference: reference, inlineBytes: nil)
            } catch {
                await drop(temporary)
                throw error
            }
        }
        return try await makeBlob { () throws(StoreError) in try await next() }
    }

    /// A second name for a spool's file, so that a whole one need not be copied; `nil` if it cannot have one.
    private func link(_ spool: any Spool) async throws(StoreError) -> String? {
        let incoming = incoming
        try await queue.run { () throws(StoreError) in try Folder.make(incoming) }
        let temporary = "\(incoming)/\(ids.makeSuffix())"
        return try await spool.link(as: temporary) ? temporary : nil
    }

    package func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob {
        var count = Int64(0)
        return try await makeBlob { () throws(StoreError) in
            guard let bytes = try await source.next() else { return nil }
            count += Int64(bytes.count)
            guard count <= limit.bytes else { throw .tooLarge(what: "An input", limit: limit) }
            return bytes
        }
    }

    /// Makes a blob of the pieces that `next` gives until it gives none.
    private func makeBlob(_ next: () async throws(StoreError) -> [UInt8]?) async throws(StoreError) -> Blob {
        var (digest, bytes) = (BlobDigest(), [UInt8]())
        while bytes.count <= Blob.inlineLimit.bytes {
            guard let piece = try await next() else {
                let size = ByteCount(bytes: Int64(bytes.count))
                return Blob(reference: BlobReference(digest: digest.text, size: size), inlineBytes: bytes)
            }
            digest.add(piece)
            bytes += piece
        }
        let incoming = incoming
        let temporary = "\(incoming)/\(ids.makeSuffix())"
        try await queue.run { () throws(StoreError) in try Folder.make(incoming) }
        let file = SpoolFile(temporary)
        try await file.open(for: .creating)
        do {
            var size = Int64(bytes.count)
            try await file.append(bytes)
            while let piece = try await next() {
                digest.add(piece)
                size += Int64(piece.count)
                try await file.append(piece)
            }
            let reference = BlobReference(digest: digest.text, size: ByteCount(bytes: size))
            try await file.synchronize()
            await file.close()
            try await keep(temporary, as: reference)
            return Blob(reference: reference, inlineBytes: nil)
        } catch {
            await file.close()
            await drop(temporary)
            throw error
        }
    }

    package func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] {
        let path = try filePath(of: reference)
        let bounds = range.clamped(to: 0..<reference.size.bytes)
        return try await queue.run { () throws(StoreError) in
            try OpenFile(path, for: .reading).read(from: bounds.lowerBound, count: bounds.count)
        }
    }

    package func contents(of reference: BlobReference) throws(StoreError) -> [UInt8] {
        try OpenFile(filePath(of: reference), for: .reading).read(from: 0, count: Int(reference.size.bytes))
    }

    /// The digests of the blobs that lie in a data folder, as `sha256:…`, looked at only; `nil` if they are more, or one of their
    /// folders cannot be listed.
    package static func digests(in home: String, atMost most: Int) -> Set<String>? {
        do {
            let path = "\(home)/blobs"
            var digests: Set<String> = []
            for folder in try Folder.names(in: path) where folder.count == 2 {
                digests.formUnion(try Folder.names(in: "\(path)/\(folder)").map { "sha256:\($0)" })
                guard digests.count <= most else { return nil }
            }
            return digests
        } catch {
            return nil
        }
    }

    /// Removes what a process left behind that was killed while it made a blob.
    ///
    /// Only for the holder of the data folder's lock, and before it makes blobs of its own.
    package func removeLeftovers() async throws(StoreError) {
        let incoming = incoming
        try await queue.run { () throws(StoreError) in try Folder.remove(incoming) }
    }

    /// Removes a file in the making, after an error.
    private func drop(_ temporary: String) async {
        let remove = { @Sendable () throws(StoreError) in try Folder.remove(temporary) }
        try? await queue.run(remove)  // ignored: the first error is the one to tell; `removeLeftovers` takes the file
    }

    private var incoming: String { "\(path)/incoming" }

    private func filePath(of reference: BlobReference) throws(StoreError) -> String {
        guard let hex = BlobDigest.hex(of: reference.digest) else { throw .notFound(reference.digest) }
        return "\(path)/\(hex.prefix(2))/\(hex)"
    }

    /// Gives a whole file its name, or drops it if there already is one with the same bytes.
    private func keep(_ temporary: String, as reference: BlobReference) async throws(StoreError) {
        let target = try filePath(of: reference)
        try await queue.run { () throws(StoreError) in
            let folder = String(target.prefix(target.count - 65))
            try Folder.make(folder)
            // Its row is about to be written: until then, it is young, and so not taken for one that is left over.
            if try OpenFile.size(of: target) == reference.size.bytes {
                try OpenFile.touch(target)
                try Folder.remove(temporary)
            } else {
                // A spool's own file may have been written to long ago.
                try OpenFile.touch(temporary)
                try OpenFile.move(temporary, to: target)
            }
            // Also for a file that was there: whoever made it may have been killed just before this.
            try Folder.synchronize(folder)
        }
    }
}
