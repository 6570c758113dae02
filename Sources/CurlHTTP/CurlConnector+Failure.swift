import CCurl
import Glibc

extension CurlConnector {
    /// OpenSSL's numbers for what is wrong with a certificate (`X509_V_ERR_…` in `openssl/x509_vfy.h`).
    private enum Verdict {
        /// Nothing against it, or no verdict: libcurl compares the names itself, before it asks for OpenSSL's verdict.
        static let noFault = 0...1
        static let notYetValid = 9
        static let expired = 10
        /// No issuer found, self-signed, or its authority is.
        static let untrusted: Set<Int> = [2, 18, 19, 20, 21]
    }

    /// Whether there was no room for the connection in the server's backlog, so that trying again is worth while.
    ///
    /// A connect to a Unix socket is done or refused at once, or else the backlog is full (`EAGAIN`). libcurl takes
    /// that for a connect in progress, which then fails without an error of the system. So does one whose server has hung up
    /// before libcurl looks: nothing was sent on it either.
    func hitFullBacklog(_ result: CURLcode, on easy: CurlEasyHandle) -> Bool {
        guard case .unixSocket = endpoint, result == CURLE_COULDNT_CONNECT else { return false }
        return socketError == nil && easy.systemError == nil
    }

    /// What a result other than success means.
    func failure(for result: CURLcode, of easy: CurlEasyHandle, connectLimit: Duration) -> HTTPClientError {
        switch result {
        case CURLE_COULDNT_CONNECT:
            let reason = unsafe String(cString: strerror(socketError ?? easy.systemError ?? EAGAIN))
            return .connectFailed(address: endpoint.address, reason: reason)
        case CURLE_COULDNT_RESOLVE_HOST: return .nameNotResolved(address: endpoint.address)
        // No other limit of libcurl's is set.
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(.connect, limit: connectLimit)
        // An upload that cannot be rewound: the connection died before its end.
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SEND_FAIL_REWIND:
            return connectionLoss
        case CURLE_SSL_CONNECT_ERROR:
            return .tlsFailed(
                witness.handshakeFailure(hasIdentity: endpoint.tls?.identity != nil), address: endpoint.address)
        case CURLE_PEER_FAILED_VERIFICATION:
            return .tlsFailed(certificateFailure(easy.certificateVerdict), address: endpoint.address)
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE:
            return .tlsFailed(.unusableSettings, address: endpoint.address)
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            return .internalFault(detail: "libcurl result \(result.rawValue)")
        default: return .protocolViolation(detail: unsafe String(cString: curl_easy_strerror(result)))
        }
    }

    /// Why a connection that was there is lost: with TLS 1.3 a server refuses a client only after the handshake.
    var connectionLoss: HTTPClientError {
        guard let tls = endpoint.tls, let refusal = witness.refusal(hasIdentity: tls.identity != nil)
        else { return .connectionClosed }
        return .tlsFailed(refusal, address: endpoint.address)
    }

    private func certificateFailure(_ verdict: Int) -> TLSFailure {
        switch verdict {
        case Verdict.noFault: .wrongHost
        case Verdict.notYetValid: .notYetValid
        case Verdict.expired: .expired
        case _ where Verdict.untrusted.contains(verdict): .untrustedAuthority
        default: .invalidCertificate(reason: verdict)
        }
    }
}
