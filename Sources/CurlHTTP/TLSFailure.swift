/// Why TLS with a server did not come about, or was ended by it.
package enum TLSFailure: Sendable, Hashable {
    /// The server's certificate does not lead to one of the authorities that were given.
    case untrustedAuthority
    case expired
    case notYetValid
    /// The certificate is good, but for another host.
    case wrongHost
    /// The certificate fails in another way; `reason` is OpenSSL's number (`X509_V_ERR_…`).
    case invalidCertificate(reason: Int)
    /// The server wants a client certificate, and none was given.
    case clientCertificateRequired
    /// The server does not take the client certificate that was given.
    case clientCertificateRefused
    /// What was given as authority, certificate or key cannot be used.
    case unusableSettings
    /// The server speaks only versions before TLS 1.2.
    case versionTooOld
    /// What answered does not speak TLS.
    case notTLS
    /// The handshake ended in another way: the server closed, or the two have no cipher in common.
    case handshakeFailed

    /// The end of a sentence that begins with the server's address.
    package var reason: String {
        switch self {
        case .untrustedAuthority: "its certificate is not signed by the authority that was given"
        case .expired: "its certificate has expired"
        case .notYetValid: "its certificate is not valid yet"
        case .wrongHost: "its certificate is for another host"
        case .invalidCertificate(let reason): "its certificate is not valid (X.509 error \(reason))"
        case .clientCertificateRequired: "it asks for a client certificate, and none was given"
        case .clientCertificateRefused: "it refuses the client certificate"
        case .unusableSettings: "the certificates or the key that were given cannot be used"
        case .versionTooOld: "it speaks no TLS 1.2 or newer"
        case .notTLS: "what answers does not speak TLS"
        case .handshakeFailed: "the TLS handshake failed"
        }
    }

    package var remedy: String {
        switch self {
        case .untrustedAuthority: "Give the authority that signed the server's certificate, and check the address."
        case .expired: "Renew the server's certificate, and check the clock of this machine."
        case .notYetValid: "Check the clocks of this machine and of the server."
        case .wrongHost: "Use a name or an address that stands in the server's certificate."
        case .invalidCertificate: "Make a new certificate for the server."
        case .clientCertificateRequired: "Give a client certificate and its key, signed by the server's authority."
        case .clientCertificateRefused: "Give a client certificate that is valid and signed by the server's authority."
        case .unusableSettings: "Give certificates and key as PEM files; the key must belong to the certificate."
        case .versionTooOld: "Update the server."
        case .notTLS: "Check the port, and whether the server is set up for TLS."
        case .handshakeFailed: "Check that the server is set up for TLS and see its log."
        }
    }
}
