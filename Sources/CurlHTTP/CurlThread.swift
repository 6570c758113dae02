import CCurl
import Glibc

/// One thread of our own for work that waits in the kernel, where the cooperative pool's threads must not be.
///
/// A `pthread` and not Foundation's `Thread`: it can be made without Foundation, and its failure to start is seen.
enum CurlThread {
    private static let name = "caisson-curl"

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        // Signals are for the program's own threads to take.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        _ = unsafe caisson_curl_name_thread(name)  // for debuggers only, so it may fail
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }

    /// Runs `body` on a new detached thread that takes no signals.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)`` with the system's error.
    static func start(_ body: @escaping @Sendable () -> Void) throws(HTTPClientError) {
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failure = unsafe pthread_create(&thread, nil, entry, work.toOpaque())
        guard failure == 0 else {
            unsafe work.release()
            throw .internalFault(detail: "pthread_create: \(failure)")
        }
        pthread_detach(thread)
    }
}
