package import Model

/// Names bytes by their content.
package struct BlobReference: Sendable, Hashable, Codable {
    /// `sha256:` and 64 hex digits.
    package let digest: String
    package let size: ByteCount
    package init(digest: String, size: ByteCount) { (self.digest, self.size) = (digest, size) }
}

/// Bytes that go into the store: small ones in a row, large ones in a file that already stands.
package struct Blob: Sendable, Hashable {
    package let reference: BlobReference
    /// The bytes of a blob of at most ``inlineLimit``, else `nil`: its file is in the blob folder.
    package let inlineBytes: [UInt8]?
    package init(reference: BlobReference, inlineBytes: [UInt8]?) {
        (self.reference, self.inlineBytes) = (reference, inlineBytes)
    }

    /// Larger blobs lie in files of their own.
    package static let inlineLimit = ByteCount.kibibytes(64)
}

/// Which of an attempt's streams a spool file holds.
package enum SpoolStream: String, Sendable, Hashable, CaseIterable {
    case stdout, stderr, artifacts, report
}

/// The files into which an attempt's streams are written while it runs: their length is the point to go on from.
package protocol Spools: Sendable {
    /// Opens a stream's spool, made empty if it is new; the same length as before if it is not.
    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool
    /// Removes all spools of an attempt; no error if there are none.
    func remove(_ attempt: AttemptID) async throws(StoreError)
}

/// One append-only file.
///
/// Calls take effect in the order in which they were made.
package protocol Spool: Sendable {
    /// Bytes in the file.
    var length: Int64 { get async }
    /// Writes all of `bytes` at the end, in the page cache: it survives the end of this process, not a power cut.
    func append(_ bytes: [UInt8]) async throws(StoreError)
    /// Up to `count` bytes from `offset` on; empty at the end of the file.
    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8]
    /// Gives the file a second name, `path`, once all of it lasts through a power cut; false if it cannot have one there.
    ///
    /// Nothing may be appended afterwards.
    func link(as path: String) async throws(StoreError) -> Bool
    func close() async
}

extension Spool {
    package func link(as path: String) async throws(StoreError) -> Bool { false }
}

/// The content-addressed files of large blobs.
package protocol BlobStore: Sendable {
    /// Makes a blob of a spool's bytes `range`: inline if it is small, else a file, which stands durably when this returns.
    func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob
    /// Makes a blob of everything that `source` gives, at most `limit`.
    ///
    /// - Throws: ``StoreError/tooLarge(what:limit:)`` as soon as there is more.
    func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob
    /// The bytes `range` of a large blob's file (cut off at its end).
    func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8]
    /// All bytes of a large blob's file, on the calling thread: for what has to be known inside a transaction.
    func contents(of reference: BlobReference) throws(StoreError) -> [UInt8]
}

/// Gives out stored bytes, wherever they lie.
package protocol BlobReader: Sendable {
    /// Up to `count` bytes of the blob from `offset` on; empty at its end.
    ///
    /// - Throws: ``StoreError/notFound(_:)`` if there is no such blob.
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8]
}
