import Glibc
import TestSupport

/// The server's side of TLS, by the library that libcurl has brought into this process already.
enum OpenSSL {
    /// What a server shows, and what it asks of its clients.
    struct Options: Sendable {
        /// The certificate, by its name among ``TestCertificates``.
        var certificate = "server"
        var asksForClientCertificate = true
        /// Only versions up to this one; 0 is no limit.
        var newestVersion = 0

        static let tls11 = 0x0302
        static let tls12 = 0x0303
    }

    struct Failure: Error {
        let call: String
    }

    /// One server's settings; never freed, as a process of tests has only a few.
    final class Context: Sendable {
        // Safe because: OpenSSL's contexts may be used by many threads, and this one is not changed after `init`.
        nonisolated(unsafe) fileprivate let pointer: OpaquePointer

        init(_ options: Options) throws {
            let certificates = try TestCertificates.shared.get()
            guard let pointer = new(method()) else { throw Failure(call: "SSL_CTX_new") }
            self.pointer = pointer
            _ = control(pointer, setNewestVersion, options.newestVersion, nil)
            // At its usual level OpenSSL does not even offer TLS 1.1.
            if options.newestVersion == Options.tls11 { setSecurityLevel(pointer, 0) }
            guard useChain(pointer, certificates.path(options.certificate)) == 1,
                useKey(pointer, certificates.path("\(options.certificate)-key"), pemFile) == 1
            else { throw Failure(call: "SSL_CTX_use_certificate_chain_file") }
            guard options.asksForClientCertificate else { return }
            guard loadAuthorities(pointer, certificates.path("ca"), nil) == 1 else {
                throw Failure(call: "SSL_CTX_load_verify_locations")
            }
            setVerify(pointer, verifyPeer, nil)
        }
    }

    /// One connection; used by one thread.
    final class Session: Sendable {
        // Safe because: only the thread that runs the server's script uses a connection.
        nonisolated(unsafe) private let pointer: OpaquePointer

        /// Shakes hands on a socket; `nil` if that fails.
        init?(_ context: Context, descriptor: Int32) {
            guard let pointer = newSession(context.pointer) else { return nil }
            self.pointer = pointer
            guard setDescriptor(pointer, descriptor) == 1, accept(pointer) == 1 else { return nil }
        }

        deinit { free(pointer) }

        /// How many bytes were read; 0 or less at the end, with the system's error if it was one.
        func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
            errno = 0
            return Int(OpenSSL.read(pointer, buffer.baseAddress, Int32(buffer.count)))
        }

        func write(_ buffer: UnsafeRawBufferPointer) -> Int {
            Int(OpenSSL.write(pointer, buffer.baseAddress, Int32(buffer.count)))
        }

        /// Says that no more comes.
        func closeNotify() { _ = shutdown(pointer) }
    }

    // From openssl/ssl.h.
    private static let pemFile: Int32 = 1
    private static let verifyPeer: Int32 = 3
    private static let setNewestVersion: Int32 = 124

    private static func symbol<Function>(_ name: String, as: Function.Type) -> Function {
        guard let library = dlopen("libssl.so.3", RTLD_NOW), let symbol = dlsym(library, name) else {
            preconditionFailure("libssl.so.3, which libcurl needs, has no \(name)")
        }
        return unsafeBitCast(symbol, to: Function.self)
    }

    private typealias OnPointer = @convention(c) (OpaquePointer) -> Int32
    private typealias Release = @convention(c) (OpaquePointer) -> Void

    private static let method = symbol("TLS_server_method", as: (@convention(c) () -> OpaquePointer).self)
    private static let new = symbol("SSL_CTX_new", as: (@convention(c) (OpaquePointer) -> OpaquePointer?).self)
    private static let control = symbol(
        "SSL_CTX_ctrl", as: (@convention(c) (OpaquePointer, Int32, Int, UnsafeMutableRawPointer?) -> Int).self)
    private static let setSecurityLevel = symbol(
        "SSL_CTX_set_security_level", as: (@convention(c) (OpaquePointer, Int32) -> Void).self)
    private static let useChain = symbol(
        "SSL_CTX_use_certificate_chain_file",
        as: (@convention(c) (OpaquePointer, UnsafePointer<CChar>) -> Int32).self)
    private static let useKey = symbol(
        "SSL_CTX_use_PrivateKey_file",
        as: (@convention(c) (OpaquePointer, UnsafePointer<CChar>, Int32) -> Int32).self)
    private static let loadAuthorities = symbol(
        "SSL_CTX_load_verify_locations",
        as: (@convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafePointer<CChar>?) -> Int32).self)
    private static let setVerify = symbol(
        "SSL_CTX_set_verify", as: (@convention(c) (OpaquePointer, Int32, OpaquePointer?) -> Void).self)
    private static let newSession = symbol(
        "SSL_new", as: (@convention(c) (OpaquePointer) -> OpaquePointer?).self)
    private static let setDescriptor = symbol(
        "SSL_set_fd", as: (@convention(c) (OpaquePointer, Int32) -> Int32).self)
    private static let accept = symbol("SSL_accept", as: OnPointer.self)
    private static let read = symbol(
        "SSL_read", as: (@convention(c) (OpaquePointer, UnsafeMutableRawPointer?, Int32) -> Int32).self)
    private static let write = symbol(
        "SSL_write", as: (@convention(c) (OpaquePointer, UnsafeRawPointer?, Int32) -> Int32).self)
    private static let shutdown = symbol("SSL_shutdown", as: OnPointer.self)
    private static let free = symbol("SSL_free", as: Release.self)
}
