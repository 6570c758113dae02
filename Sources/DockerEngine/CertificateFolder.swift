import CurlHTTP
import Glibc
import Ports

/// The folder in which Docker keeps what TLS needs: `ca.pem`, and for a client certificate `cert.pem` and `key.pem`.
struct CertificateFolder {
    /// Longest file that is read: 1 MiB, many times what a chain of certificates needs.
    private static let maxFileBytes = 1 << 20

    let path: String

    /// Reads the three files before anything is connected.
    ///
    /// A folder without `cert.pem` and `key.pem` is one for a server that asks for no client certificate.
    ///
    /// - Throws: ``EngineError/certificateUnusable(path:reason:)`` naming the first file that cannot be used.
    func settings() throws(EngineError) -> TLSSettings {
        let authorities = try read("ca.pem", holding: "CERTIFICATE-----")
        guard exists("cert.pem") || exists("key.pem") else {
            return TLSSettings(authorities: authorities, identity: nil)
        }
        return TLSSettings(
            authorities: authorities,
            identity: TLSSettings.Identity(
                certificate: try read("cert.pem", holding: "CERTIFICATE-----"), key: try key()))
    }

    private func key() throws(EngineError) -> [UInt8] {
        let bytes = try read("key.pem", holding: "PRIVATE KEY-----")
        // PKCS 8 (RFC 7468, 11) and the older form (RFC 1421, 4.6.1.1) of a key that asks for a passphrase.
        for mark in ["BEGIN ENCRYPTED", "4,ENCRYPTED"] where bytes.firstRange(of: mark.utf8) != nil {
            throw unusable("key.pem", "it has a passphrase, which nobody could be asked for")
        }
        return bytes
    }

    /// Whether something is there, readable or not.
    private func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 || errno != ENOENT }

    private func read(_ name: String, holding mark: String) throws(EngineError) -> [UInt8] {
        // A FIFO must not make this wait.
        let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw unusable(name, "it cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unusable(name, "it is not a file")
        }
        guard status.st_size <= Self.maxFileBytes else {
            throw unusable(name, "it is longer than \(Self.maxFileBytes) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw unusable(name, "it cannot be read: \(String(cString: strerror(errno)))") }
        bytes.removeLast(bytes.count - count)
        guard bytes.firstRange(of: mark.utf8) != nil else {
            throw unusable(name, "it holds no \(mark.prefix { $0 != "-" }.lowercased()) in PEM form")
        }
        return bytes
    }

    private func unusable(_ name: String, _ reason: String) -> EngineError {
        .certificateUnusable(path: "\(path)/\(name)", reason: reason)
    }
}
