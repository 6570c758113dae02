import Foundation
import GRDB
import Model
import SQLiteStore
import TestSupport
import Testing

/// `caisson doctor`, on the real engine and on machines that are spoilt on purpose.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct DoctorCommandTests {
    /// What `caisson doctor -o json` says.
    private struct Diagnosis {
        let status: Int32
        let json: JSONValue
        let err: String

        func finding(_ check: String) -> JSONValue? {
            json["findings"]?.arrayValue?.first { $0["check"]?.stringValue == check }
        }
        func level(_ check: String) -> String? { finding(check)?["level"]?.stringValue }
        var failed: [String] {
            (json["findings"]?.arrayValue ?? []).filter { $0["level"] == "fail" }.compactMap {
                $0["check"]?.stringValue
            }
        }
    }

    private func diagnose(
        _ caisson: CommandFixture, _ flags: [String] = [], environment: [String: String] = [:]
    ) async throws -> Diagnosis {
        let outcome = try await caisson.start(["doctor", "-o", "json"] + flags, environment: environment).outcome()
        let json = try JSONDecoder().decode(JSONValue.self, from: outcome.stdout)
        return Diagnosis(status: outcome.status, json: json, err: outcome.err)
    }

    @Test("a machine that runs jobs has nothing that fails, and is left as it was")
    func healthy() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.run([], "true").status == 0)
            try await caisson.stopDaemon()
            let home = TemporaryFolder(path: caisson.home)
            let before = try home.modes()
            let database = try Data(contentsOf: URL(filePath: home.file("caisson.db")))
            let seen = try await diagnose(caisson)
            #expect(seen.status == 0, "\(seen.failed)")
            #expect(seen.failed.isEmpty)
            #expect(seen.json["fail"] == 0)
            for check in ["engine.answer", "engine.seccomp", "cell", "folder", "store", "lock", "leftovers"] {
                #expect(seen.level(check) == "ok", "\(check): \(String(describing: seen.finding(check)))")
            }
            #expect(seen.finding("store")?["message"]?.stringValue?.contains("1 job, 0 of them open") == true)
            #expect(seen.finding("image.shell")?["message"]?.stringValue?.contains("sha256:") == true)
            #expect(try home.modes() == before)
            #expect(try Data(contentsOf: URL(filePath: home.file("caisson.db"))) == database)
            let table = try await caisson.caisson("doctor")
            #expect(table.status == 0)
            #expect(table.out.contains("ok       engine.answer"))
            #expect(table.out.hasSuffix(" 0 fail\n"))
        }
    }

    @Test("without an engine and without a data folder it still looks at everything else, and makes nothing")
    func engineDown() async throws {
        try await CommandFixture.with { caisson in
            let seen = try await diagnose(caisson, environment: ["DOCKER_HOST": "unix:///no/such.sock"])
            #expect(seen.status == 6)
            #expect(seen.failed == ["engine.socket", "engine.answer"])
            #expect(seen.finding("engine.answer")?["remedy"]?.stringValue?.isEmpty == false)
            for check in ["cell", "folder", "folder.space", "store", "lock", "clock", "kernel"] {
                #expect(seen.level(check) != nil, "\(check)")
            }
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }

    @Test("a store of a newer release fails, with what to do")
    func newerStore() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.run([], "true").status == 0)
            let path = "\(caisson.home)/caisson.db"
            try await DatabaseQueue(path: path).write {
                try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999-later')")
            }
            let seen = try await diagnose(caisson)
            #expect(seen.status == 9)
            #expect(seen.failed == ["store"])
            #expect(seen.finding("store")?["message"]?.stringValue?.contains("9999-later") == true)
            try await DatabaseQueue(path: path).write {
                try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '9999-later'")
            }
        }
    }

    @Test("a damaged store fails")
    func damagedStore() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.run([], "true").status == 0)
            try await caisson.stopDaemon()
            let url = URL(filePath: "\(caisson.home)/caisson.db")
            let whole = try Data(contentsOf: url)
            var broken = whole
            // All pages but the first, which names the tables.
            broken.replaceSubrange(4096..<broken.count, with: Data(repeating: 0x5A, count: broken.count - 4096))
            try broken.write(to: url)
            let seen = try await diagnose(caisson)
            #expect(seen.status == 9)
            #expect(seen.failed == ["store"], "\(seen.json)")
            try whole.write(to: url)
        }
    }

    @Test("a folder that lets others in, and one whose spools are a file, fail")
    func spoiltFolder() async throws {
        try await CommandFixture.with { caisson in
            try FileManager.default.createDirectory(
                atPath: caisson.home, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
            try Data().write(to: URL(filePath: "\(caisson.home)/spool"))
            let seen = try await diagnose(caisson)
            #expect(seen.status == 9)
            #expect(seen.failed == ["folder", "folder.content"])
            #expect(seen.finding("folder")?["remedy"]?.stringValue?.contains("chmod 700") == true)
        }
    }

    @Test("a program without its cell fails; one with a cell that needs libraries, or that others may write to, too")
    func cell() async throws {
        try await CommandFixture.with { caisson in
            let program = caisson.folder.file("caisson")
            try FileManager.default.copyItem(
                at: TestEngine.programs.appending(path: "caisson"), to: URL(filePath: program))
            func diagnose() async throws -> JSONValue {
                let command = try RunningCommand(
                    program: URL(filePath: program), ["doctor", "-o", "json"], environment: caisson.environment,
                    stdin: nil)
                let outcome = try await command.outcome()
                #expect(outcome.status == 9)
                let findings = try JSONDecoder().decode(JSONValue.self, from: outcome.stdout)["findings"]?.arrayValue
                return try #require(findings?.first { $0["check"] == "cell" })
            }
            let missing = try await diagnose()
            #expect(missing["message"]?.stringValue?.contains("There is no cell at \(caisson.folder.path)") == true)
            // The program itself is linked to the system's libraries.
            try FileManager.default.linkItem(atPath: program, toPath: caisson.folder.file("caisson-cell"))
            let linked = try await diagnose()
            #expect(linked["level"] == "fail")
            #expect(linked["id"] == "cell.needs_libraries")
            #expect(linked["message"]?.stringValue?.contains("needs libraries") == true)
            // A cell as it should be, but for everybody to change.
            try FileManager.default.removeItem(atPath: caisson.folder.file("caisson-cell"))
            try FileManager.default.copyItem(
                at: TestEngine.programs.appending(path: "caisson-cell"),
                to: URL(filePath: caisson.folder.file("caisson-cell")))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o757], ofItemAtPath: caisson.folder.file("caisson-cell"))
            #expect(try await diagnose()["id"] == "cell.writable")
        }
    }

    @Test("an engine behind a socket for everybody fails; behind TCP without TLS, too")
    func openEngine() async throws {
        try await CommandFixture.with { caisson in
            let proxy = try EngineProxy(in: caisson.folder)
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: proxy.path)
            let open = try await diagnose(caisson, environment: ["DOCKER_HOST": "unix://\(proxy.path)"])
            #expect(open.status == 9)
            #expect(open.failed == ["engine.socket"])
            #expect(open.finding("engine.socket")?["id"] == "engine.socket.world_writable")
            #expect(open.finding("engine.socket")?["remedy"]?.stringValue?.contains("chmod 660 \(proxy.path)") == true)
            let plain = try await diagnose(caisson, environment: ["DOCKER_HOST": "tcp://127.0.0.1:9"])
            #expect(plain.status == 6)
            #expect(plain.finding("engine.socket")?["id"] == "engine.socket.plain_tcp")
            withExtendedLifetime(proxy) {}
        }
    }

    @Test("a blob that is gone fails, one that no row names is a warning")
    func spoiltBlobs() async throws {
        try await CommandFixture.with { caisson in
            #expect(try await caisson.run([], "seq", "20000").status == 0)
            try await caisson.stopDaemon()
            #expect(try await diagnose(caisson).level("store.blobs") == "ok")
            let stray = "\(caisson.home)/blobs/ab/ab\(String(repeating: "0", count: 62))"
            try FileManager.default.createDirectory(
                atPath: "\(caisson.home)/blobs/ab", withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: stray))
            #expect(try await diagnose(caisson).finding("store.blobs")?["id"] == "store.blobs.stray")
            let names = try FileManager.default.subpathsOfDirectory(atPath: "\(caisson.home)/blobs")
            for name in names where name.count > 60 {
                try FileManager.default.removeItem(atPath: "\(caisson.home)/blobs/\(name)")
            }
            let seen = try await diagnose(caisson)
            #expect(seen.status == 9)
            #expect(seen.failed == ["store.blobs"])
            #expect(seen.finding("store.blobs")?["message"]?.stringValue?.hasPrefix("1 blob of") == true)
        }
    }

    @Test("a folder that somebody works in is told with the process, and not disturbed")
    func heldLock() async throws {
        try await CommandFixture.with { caisson in
            let lock = try await StoreLock.acquire(caisson.home, waiting: .zero, clock: .continuous)
            let seen = try await diagnose(caisson)
            #expect(seen.level("lock") == "ok")
            let text = seen.finding("lock")?["message"]?.stringValue ?? ""
            #expect(text.hasPrefix("Process \(ProcessInfo.processInfo.processIdentifier) works"), "\(text)")
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a container that a killed run left is found")
    func leftovers() async throws {
        try await CommandFixture.with { caisson in
            let running = try caisson.start(["run", "--image", "shell", "--", "sleep", "600"])
            _ = try await caisson.runningContainer()
            running.send(SIGKILL)
            _ = try await running.outcome()
            try await caisson.stopDaemon(by: SIGKILL)
            let seen = try await diagnose(caisson)
            #expect(seen.status == 0)
            #expect(seen.level("leftovers") == "warn")
            let text = seen.finding("leftovers")?["message"]?.stringValue ?? ""
            #expect(text.contains("1 container and 0 volumes"), "\(text)")
            try caisson.removeLeftovers()
        }
    }
}
