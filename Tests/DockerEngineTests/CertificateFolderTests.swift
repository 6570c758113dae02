import CurlHTTP
import Foundation
import Ports
import TestSupport
import Testing

@testable import DockerEngine

@Suite struct CertificateFolderTests {
    @Test("what is read is what the files hold, with or without a client certificate")
    func reads() async throws {
        let certificates = try TestCertificates.shared.get()
        try await TemporaryFolder.with { folder in
            let (whole, bare) = (folder.file("whole"), folder.file("bare"))
            try certificates.fill(whole, client: "client")
            try certificates.fill(bare, client: nil)
            let authorities = try certificates.bytes("ca")
            let identity = TLSSettings.Identity(
                certificate: try certificates.bytes("client"), key: try certificates.bytes("client-key"))
            let found = try CertificateFolder(path: whole).settings()
            #expect(found == TLSSettings(authorities: authorities, identity: identity))
            #expect("\(found)" == "<redacted>")
            #expect(!"\(Mirror(reflecting: found).children.map(\.value))".contains("45"))
            #expect(
                try CertificateFolder(path: bare).settings() == TLSSettings(authorities: authorities, identity: nil))
        }
    }

    enum Fault: CaseIterable, Sendable {
        case noFolder, noAuthority, noCertificate, noKey, folder, fifo, empty, notPEM, tooLong, locked, lockedOldForm

        var name: String {
            switch self {
            case .noFolder, .noAuthority, .folder, .fifo, .empty, .tooLong: "ca.pem"
            case .noCertificate, .notPEM: "cert.pem"
            case .noKey, .locked, .lockedOldForm: "key.pem"
            }
        }

        func make(in folder: String, _ certificates: TestCertificates) throws {
            let files = FileManager.default
            guard self != .noFolder else { return try files.removeItem(atPath: folder) }
            let path = "\(folder)/\(name)"
            try files.removeItem(atPath: path)
            switch self {
            case .noFolder, .noAuthority, .noCertificate, .noKey: break
            case .folder: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
            case .fifo: #expect(mkfifo(path, 0o600) == 0)
            case .empty: try Data().write(to: URL(filePath: path))
            case .notPEM: try Data([0x30, 0x82]).write(to: URL(filePath: path))
            case .tooLong: try Data(count: (1 << 20) + 1).write(to: URL(filePath: path))
            case .locked: try files.copyItem(atPath: certificates.path("locked-key"), toPath: path)
            case .lockedOldForm:
                let head = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                try Data(head.utf8).write(to: URL(filePath: path))
            }
        }
    }

    @Test("a file that cannot be used is named, and nothing is connected", arguments: Fault.allCases)
    func names(_ fault: Fault) async throws {
        let certificates = try TestCertificates.shared.get()
        try await TemporaryFolder.with { folder in
            let path = folder.file("docker")
            try certificates.fill(path, client: "client")
            try fault.make(in: path, certificates)
            let environment = [
                "DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": path,
            ]
            let address = try EngineAddress(environment: environment)
            let failure = #expect(throws: EngineError.self) { try EngineClient(address: address) }
            guard case .certificateUnusable("\(path)/\(fault.name)", let reason)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(!reason.isEmpty)
            #expect(failure?.remedy?.contains("DOCKER_CERT_PATH") == true)
        }
    }
}
