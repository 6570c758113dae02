/// Keeps uploaded bytes until a submission names them.
package protocol BlobIntake: Sendable {
    /// Keeps a blob whose file, if it has one, stands already; the same one twice is no error.
    ///
    /// - Throws: ``StoreError/noSpace(path:)`` or another one; the upload is then not accepted.
    func keep(_ blob: Blob) async throws(StoreError)
}
