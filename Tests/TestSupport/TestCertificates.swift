import Foundation

/// Certificates of every kind, made once for each run of the tests by the `openssl` command.
///
/// Each is a pair of files, `NAME.pem` and `NAME-key.pem`. `ca` signed `server`, `client`, `expired` and `elsewhere`,
/// `other` is another authority and signed `stranger`.
package struct TestCertificates: Sendable {
    package struct Failure: Error {
        package let output: String
    }

    package let folder: String

    /// Those of this run; made at the first use.
    package static let shared = Result { try TestCertificates(in: makeFolder()) }

    private static let script = """
        set -e
        authority() { openssl req -x509 $key -keyout $1-key.pem -out $1.pem -days 2 -subj "/CN=$1"; }
        leaf() {    # name, authority, days, subject alternative names
            openssl req $key -keyout $1-key.pem -out $1.csr -subj "/CN=$1"
            printf 'subjectAltName=%s\\n' "$4" > $1.ext
            openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2-key.pem -CAcreateserial -days $3 -extfile $1.ext -out $1.pem
        }
        key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        authority ca
        authority other
        leaf server ca 2 DNS:localhost,IP:127.0.0.1,IP:::1
        leaf client ca 2 DNS:client
        leaf expired ca -1 DNS:localhost,IP:127.0.0.1
        leaf elsewhere ca 2 DNS:elsewhere.example
        leaf stranger other 2 DNS:localhost,IP:127.0.0.1
        openssl pkcs8 -topk8 -in client-key.pem -out locked-key.pem -passout pass:secret
        """

    package init(in folder: String) throws {
        self.folder = folder
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", Self.script]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: String(decoding: said, as: UTF8.self)) }
    }

    package func path(_ name: String) -> String { "\(folder)/\(name).pem" }

    package func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path(name)))) }

    /// Makes `folder` one as Docker has them, with the authority's certificate and perhaps a client's.
    package func fill(_ folder: String, authority: String = "ca", client: String?) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try files.copyItem(atPath: path(authority), toPath: "\(folder)/ca.pem")
        guard let client else { return }
        try files.copyItem(atPath: path(client), toPath: "\(folder)/cert.pem")
        try files.copyItem(atPath: path("\(client)-key"), toPath: "\(folder)/key.pem")
    }

    private static let runFolder =
        FileManager.default.temporaryDirectory.appending(path: "caisson-certificates-\(getpid())").path

    private static func makeFolder() throws -> String {
        try FileManager.default.createDirectory(atPath: runFolder, withIntermediateDirectories: false)
        atexit {
            // ignored: what stays in the system's folder for temporary files harms nobody
            try? FileManager.default.removeItem(atPath: TestCertificates.runFolder)
        }
        return runFolder
    }
}
