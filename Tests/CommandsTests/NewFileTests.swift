import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct NewFileTests {
    @Test("a file has its name once it is whole, and is its owner's alone")
    func whole() async throws {
        try await TemporaryFolder.with { temporary in
            let folder = temporary.path
            let path = "\(folder)/new"
            let file = try NewFile(path)
            try file.append(Array("all ".utf8))
            #expect(!FileManager.default.fileExists(atPath: path))
            try file.append(Array("of it".utf8))
            try file.synchronize()
            try file.publish()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "all of it")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("one that is given up leaves nothing, and nothing is replaced, not even a link that leads nowhere")
    func refused() async throws {
        try await TemporaryFolder.with { temporary in
            let folder = temporary.path
            func abandon() throws {
                let file = try NewFile("\(folder)/new")
                try file.append([1])
            }
            try abandon()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            let taken = "\(folder)/taken"
            func late() throws {
                let file = try NewFile(taken)
                try FileManager.default.createSymbolicLink(atPath: taken, withDestinationPath: "\(folder)/none")
                try file.publish()
            }
            #expect(throws: FileError.exists(path: taken)) { try late() }
            #expect(throws: FileError.exists(path: taken)) { try NewFile.checkFree(taken) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
            #expect(throws: FileError.self) { try NewFile.checkFree(taken) }
        }
    }
}
