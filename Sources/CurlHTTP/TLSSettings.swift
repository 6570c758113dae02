/// Whom a client trusts over TLS, and who it says it is: the contents of PEM files, which nothing prints.
package struct TLSSettings: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// A client certificate, with those that lead to its authority, and its private key, which has no passphrase.
    package struct Identity: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
        let certificate: [UInt8]
        let key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) { (self.certificate, self.key) = (certificate, key) }

        package var description: String { "<redacted>" }
        package var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// The only authorities whose certificates count; those of the system do not.
    let authorities: [UInt8]
    /// `nil` for a client that shows no certificate.
    let identity: Identity?

    package init(authorities: [UInt8], identity: Identity?) {
        (self.authorities, self.identity) = (authorities, identity)
    }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
