import Foundation
import TestSupport

/// Makes the real engine one that is reached over TCP, with TLS and a client certificate: a program of its own that ends
/// with its ``stop()``, or with these tests.
final class TLSFront: Sendable {
    let port: UInt16
    private let process: Process
    private let life: Pipe

    /// Shakes hands by itself, as `asyncio` would not send the alert that tells why it refuses.
    private static let program = """
        import os, select, socket, ssl, sys, threading
        engine, folder = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server-key.pem")
        context.load_verify_locations(f"{folder}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        later = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)

        def forward(front, back):
            unsent, ended = {front: b"", back: b""}, False
            while not ended or any(unsent.values()):
                sources = [] if ended else [
                    source for source, target in ((front, back), (back, front)) if len(unsent[target]) < 1 << 20]
                held = front in sources and front.pending() > 0
                readable, writable, _ = select.select(
                    sources, [target for target in unsent if unsent[target]], [], 0 if held else None)
                for source in set(readable + ([front] if held else [])):
                    try:
                        data = source.recv(1 << 16)
                    except later:
                        continue
                    ended = ended or not data
                    unsent[back if source is front else front] += data
                for target in writable:
                    try:
                        unsent[target] = unsent[target][target.send(unsent[target]):]
                    except later:
                        pass

        def serve(client):
            try:
                with context.wrap_socket(client, server_side=True) as front, socket.socket(socket.AF_UNIX) as back:
                    back.connect(engine)
                    front.setblocking(False)
                    back.setblocking(False)
                    forward(front, back)
            except OSError:
                pass

        def accept(server):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        server = socket.create_server(("127.0.0.1", 0))
        print(server.getsockname()[1], flush=True)
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        sys.stdin.read()
        os._exit(0)
        """

    init(_ certificates: TestCertificates) throws {
        let (process, life, said) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program, TestEngine.socketPath, certificates.folder]
        (process.standardInput, process.standardOutput) = (life, said)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: said.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .newlines)) else { throw POSIXError(.ECHILD) }
        (self.port, self.process, self.life) = (port, process, life)
    }

    /// Closes its connections and its port.
    func stop() {
        // ignored: it may have ended by itself
        try? life.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
