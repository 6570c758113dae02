/// Sees the TLS messages of one connection and keeps what tells why it failed.
///
/// libcurl's results do not say which alert ended a connection; its trace hands over every message as bytes, an alert
/// being the only one of two (RFC 8446, 6). What is never there, as with a libcurl on another library, merely makes
/// the reason less exact.
struct TLSWitness: Sendable {
    /// The alerts of RFC 8446, 6.2 that tell of something; the other ones only end a connection.
    private enum Alert {
        static let protocolVersion: UInt8 = 70
        /// bad, unsupported, revoked, expired, unknown certificate; unknown authority, access denied; required.
        static let aboutCertificates: Set<UInt8> = [42, 43, 44, 45, 46, 48, 49, 116]
        /// Close notify and user cancelled: not the reason of anything.
        static let endings: Set<UInt8> = [0, 90]
    }

    private static let recordHeaderBytes = 5
    /// The first byte of a version in a record's header, the same since SSL 3.
    private static let majorVersion: UInt8 = 3

    private var received: UInt8?
    private var sent: UInt8?
    private var sawForeignRecord = false

    /// Takes one message of the trace.
    mutating func see(_ message: some Collection<UInt8>, isReceived: Bool) {
        let bytes = Array(message.prefix(Self.recordHeaderBytes))
        if message.count == 2, !Alert.endings.contains(bytes[1]) {
            if isReceived { received = bytes[1] } else { sent = bytes[1] }
        }
        if message.count == Self.recordHeaderBytes, isReceived, bytes[1] != Self.majorVersion {
            sawForeignRecord = true
        }
    }

    /// What an alert of the server means, if it sent one that means something.
    func refusal(hasIdentity: Bool) -> TLSFailure? {
        guard let received else { return nil }
        if Alert.aboutCertificates.contains(received) {
            return hasIdentity ? .clientCertificateRefused : .clientCertificateRequired
        }
        return received == Alert.protocolVersion ? .versionTooOld : nil
    }

    /// Why a handshake failed that ended without a verdict about the server's certificate.
    func handshakeFailure(hasIdentity: Bool) -> TLSFailure {
        if let refusal = refusal(hasIdentity: hasIdentity) { return refusal }
        if sent == Alert.protocolVersion { return .versionTooOld }
        return sawForeignRecord ? .notTLS : .handshakeFailed
    }
}
