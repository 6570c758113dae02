import Testing

@testable import CurlHTTP

@Suite struct TLSWitnessTests {
    @Test(
        "an alert about certificates is about ours",
        arguments: [42, 43, 44, 45, 46, 48, 49, 116] as [UInt8])
    func certificates(alert: UInt8) {
        var witness = TLSWitness()
        witness.see([22, 3, 3, 0, 5], isReceived: true)
        witness.see([2, alert], isReceived: true)
        #expect(witness.refusal(hasIdentity: true) == .clientCertificateRefused)
        #expect(witness.refusal(hasIdentity: false) == .clientCertificateRequired)
        witness.see([1, 0], isReceived: true)  // a goodbye after it changes nothing
        #expect(witness.handshakeFailure(hasIdentity: true) == .clientCertificateRefused)
    }

    @Test("what we send ourselves is no refusal of the server's")
    func own() {
        var witness = TLSWitness()
        witness.see([2, 48], isReceived: false)
        #expect(witness.refusal(hasIdentity: true) == nil)
        #expect(witness.handshakeFailure(hasIdentity: true) == .handshakeFailed)
        witness.see([2, 70], isReceived: false)
        #expect(witness.handshakeFailure(hasIdentity: true) == .versionTooOld)
    }

    @Test("a record that is none of TLS's is told from one that is")
    func foreign() {
        var witness = TLSWitness()
        witness.see(Array("HTTP/".utf8), isReceived: false)
        #expect(witness.handshakeFailure(hasIdentity: true) == .handshakeFailed)
        witness.see(Array("HTTP/".utf8), isReceived: true)
        #expect(witness.handshakeFailure(hasIdentity: true) == .notTLS)
    }
}
