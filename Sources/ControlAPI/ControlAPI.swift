// ControlAPI: the daemon's side of the control socket: who may connect, what is asked, what is answered, within which bounds.
// It must not listen on anything but the one Unix socket, hold rules about jobs, or know what stands behind the ports.
package import Model

/// The bounds within which clients are served; each has a reason, and tests set them lower.
package struct ControlBounds: Sendable {
    /// Connections at once; further ones wait in the kernel's queue until one ends.
    package var connections = 256
    /// Bytes of one header, and of all of them together.
    package var headerBytes = 16 << 10
    /// Number of headers.
    package var headers = 64
    /// Time for a connection on which no request is under way, the first and the head of the next one included.
    package var idle = Duration.seconds(60)
    /// Time for the next piece of a request's body; a job's live standard input has none.
    package var pieceOfBody = Duration.seconds(30)
    /// Time in which a client takes ``pieceBytes`` of an answer; it is cut then.
    package var pieceOfAnswer = Duration.seconds(30)
    /// Bytes handed over at once.
    ///
    /// With what is on its way to the kernel, 64 KiB at most, they are all that is buffered of an answer.
    package var pieceBytes = 64 << 10
    /// Bytes that are read at once of a request; ten pieces at most wait for the handler.
    package var readBytes = 16 << 10
    /// What is still read of a body that nobody wants, so that the client gets to read the answer; then the connection is closed.
    package var unwantedBytes = 1 << 20
    package var unwanted = Duration.seconds(2)
    /// Bytes of a request's body in JSON.
    package var documentBytes = 1 << 20
    /// The same of a submission: a graph of 200,000 nodes fits.
    package var submissionBytes = 128 << 20
    /// Bytes of one uploaded blob.
    package var blob = ByteCount.gibibytes(4)

    package init() {}
}
