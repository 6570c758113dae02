import Foundation
import Logging
import Model
import Ports
import TestSupport
import Testing

@testable import Daemon

@Suite struct DaemonConfigurationTests {
    private func read(
        _ file: String? = nil, name: String = "c.yaml", environment: [String: String] = [:],
        flags: [(key: String, text: String, flag: String)] = [], isByNeed: Bool = false
    ) async throws -> (configuration: DaemonConfiguration?, mistakes: [any UserFacingError], path: String) {
        try await TemporaryFolder.with { folder in
            let path = try file.map { try folder.write($0, to: name) }
            let sources = SettingSources(
                home: folder.path, file: path, environment: environment, flags: flags, known: DaemonConfiguration.keys)
            do throws(ConfigurationMistakes) {
                let read = try DaemonConfiguration(home: folder.path, sources: sources, isByNeed: isByNeed)
                return (read, [], folder.path)
            } catch {
                return (nil, error.mistakes, folder.path)
            }
        }
    }

    @Test("where nothing is set, the defaults hold")
    func standard() async throws {
        let (read, _, home) = try await read()
        let configuration = try #require(read)
        #expect(configuration.socket == "\(home)/control.sock")
        #expect(configuration.idleExit == nil)
        #expect(configuration.drain == .leave)
        #expect(configuration.startsAtOnce == 8)
        #expect(configuration.retention.succeeded == .seconds(30 * 86_400))
        #expect(configuration.entries.allSatisfy { $0.origin == .standard && $0.value == $0.standard })
        #expect(configuration.entries.map(\.key) == DaemonConfiguration.keys)
        #expect(Set(DaemonConfiguration.keys).count == DaemonConfiguration.keys.count)
        let byNeed = try await self.read(isByNeed: true).configuration
        #expect(byNeed?.idleExit == .seconds(600))
    }

    @Test("a flag wins over the environment, that over the file, that over the default, and each is named")
    func precedence() async throws {
        let file = "slots: 2\nlog_count: 2\nlog_level: debug\nretention:\n  failed: 7d\n"
        let (read, mistakes, home) = try await read(
            file, environment: ["CAISSON_SLOTS": "3", "CAISSON_LOG_COUNT": "3", "CAISSON_RETENTION_DENIED": "forever"],
            flags: [("slots", "4", "--set slots")])
        #expect(mistakes.isEmpty)
        let configuration = try #require(read)
        #expect((configuration.slots, configuration.logCount, configuration.logLevel) == (4, 3, .debug))
        #expect(configuration.retention.failed == .seconds(7 * 86_400))
        #expect(configuration.retention.denied == nil)
        let origins = Dictionary(uniqueKeysWithValues: configuration.entries.map { ($0.key, $0.origin) })
        #expect(origins["slots"] == .flag("--set slots"))
        #expect(origins["log_count"] == .variable("CAISSON_LOG_COUNT"))
        #expect(origins["log_level"] == .file(path: "\(home)/c.yaml", line: 3, column: 12))
        #expect(origins["retention.failed"]?.description == "\(home)/c.yaml:5:11")
        #expect(origins["drain"] == .standard)
    }

    @Test("what is said of jobs holds for graphs, unless it is said otherwise")
    func retention() async throws {
        let file = """
            retention:
              succeeded: 7d
              failed: forever
              graph: { succeeded: forever, failed: 2d }
              history_count: 500
            """
        let retention = try #require(try await read(file).configuration?.retention)
        let (policy, day) = (retention.policy, Duration.seconds(86_400))
        #expect(policy.lives[.succeeded] == day * 7)
        #expect(policy.lives[.failed] == nil)
        #expect(policy.lives.count == 7 && policy.lives[.errored] == day * 30)
        #expect(policy.graphLives[.succeeded] == nil)
        #expect(policy.graphLives[.failed] == day * 2)
        #expect(policy.graphLives[.cancelled] == day * 30)
        #expect(retention.historyCount == 500)
        let mistakes = try await read("retention: { graph: { failed: 5s, lost: 1d } }").mistakes
        #expect(mistakes.count == 2)
        #expect(mistakes.contains { $0.message.contains("in 1m ... 3650d, forever, or same") }, "\(mistakes)")
    }

    @Test("JSON says the same")
    func json() async throws {
        let read = try await read(#"{"slots": 7, "queue_defaults": {"weight": 3}}"#, name: "c.json").configuration
        #expect(read?.slots == 7)
        #expect(read?.queueDefaults.weight == 3)
    }

    @Test(
        "the file of the data folder is read without being named; a variable names another one, which has to be there")
    func files() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("slots: 5", to: "config.yaml")
            func sources(_ environment: [String: String]) -> SettingSources {
                SettingSources(
                    home: folder.path, file: nil, environment: environment, flags: [], known: DaemonConfiguration.keys)
            }
            #expect(try DaemonConfiguration(home: folder.path, sources: sources([:])).slots == 5)
            let other = try folder.write("slots: 6", to: "other.yaml")
            #expect(try DaemonConfiguration(home: folder.path, sources: sources(["CAISSON_CONFIG": other])).slots == 6)
            #expect(throws: ConfigurationMistakes.self) {
                try DaemonConfiguration(home: folder.path, sources: sources(["CAISSON_CONFIG": "\(other).not"]))
            }
        }
    }

    @Test("all mistakes are told at once, each with key, value, range and place")
    func mistakes() async throws {
        let file = """
            slots: 0
            idle_exti: 5m
            drain: abandon
            memory: 3GB
            retention: { succeeded: 5, unheard_of: 1d }
            socket: relative.sock
            """
        let (read, mistakes, home) = try await read(
            file, environment: ["CAISSON_REAP_INTERVAL": "10ms"], flags: [("log_cuont", "1", "--set log_cuont")])
        #expect(read == nil)
        let messages = mistakes.map(\.message)
        let path = "\(home)/c.yaml"
        #expect(
            messages.contains(#"slots is "0" (\#(path):1:8), but must be a whole number in 1 ... 512."#), "\(messages)")
        #expect(messages.contains("\(path):2:1: /idle_exti is not a key that is known here."))
        #expect(messages.contains(#"drain is "abandon" (\#(path):3:8), but must be leave or finish or cancel."#))
        #expect(messages.contains { $0.hasPrefix(#"memory is "3GB" (\#(path):4:9), but must be 1% ... 95%, or "#) })
        #expect(messages.contains { $0.hasPrefix(#"retention.succeeded is "5""#) })
        #expect(messages.contains("\(path):5:28: /retention/unheard_of is not a key that is known here."))
        #expect(messages.contains { $0.hasPrefix(#"socket is "relative.sock""#) })
        #expect(messages.contains { $0.hasPrefix(#"reap_interval is "10ms" (CAISSON_REAP_INTERVAL), but must be"#) })
        #expect(messages.contains("log_cuont (--set log_cuont) is not a setting."))
        #expect(messages.count == 9)
        let remedies = mistakes.compactMap(\.remedy)
        #expect(remedies.count == 9)
        #expect(remedies.contains { $0.hasPrefix("Did you mean idle_exit? ") })
        #expect(remedies.contains { $0.hasPrefix("Did you mean log_count? ") })
    }

    @Test(
        "values that go against each other are a mistake",
        arguments: [
            (["CAISSON_SLOTS": "4", "CAISSON_QUEUE_DEFAULTS_SLOTS": "5"], "queue_defaults.slots"),
            (["CAISSON_SOCKET": "/a/b", "CAISSON_LOG_FILE": "/a/b"], "log_file"),
        ])
    func together(_ environment: [String: String], _ key: String) async throws {
        let mistakes = try await read(environment: environment).mistakes
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.message.hasPrefix("\(key) is ") == true)
    }

    @Test("a file that is none, or cannot be read, is told")
    func badFiles() async throws {
        for (text, code) in [
            ("slots: [1]", ErrorCode.documentInvalid), ("slots: [", .documentBadYAML), ("- 1", .documentInvalid),
        ] {
            let mistakes = try await read(text).mistakes
            #expect(mistakes.map(\.code) == [code], "\(text)")
        }
        #expect(try await read("").configuration != nil)
        try await TemporaryFolder.with { folder in
            let sources = SettingSources(
                home: folder.path, file: folder.path, environment: [:], flags: [], known: DaemonConfiguration.keys)
            #expect(throws: ConfigurationMistakes.self) {
                try DaemonConfiguration(home: folder.path, sources: sources)
            }
        }
    }

    @Test("the default socket of a deep data folder is too long for an address, and that is told")
    func longSocket() {
        let home = "/" + String(repeating: "a", count: 100)
        var message = ""
        do throws(ConfigurationMistakes) {
            _ = try DaemonConfiguration(home: home, sources: SettingSources())
        } catch {
            message = error.mistakes.first?.message ?? ""
        }
        #expect(message.hasPrefix("socket is \"\(home)/control.sock\" (default), but must be"))
        #expect(message.contains("at most 107 bytes"))
    }

    @Test(
        "a value is written as it is read",
        arguments: DaemonConfiguration.documented.filter { !$0.standard.hasPrefix("HOME") })
    func roundTrip(_ entry: SettingEntry) async throws {
        let read = try await read(flags: [(entry.key, entry.standard, "--set")])
        #expect(read.configuration?.entries.first { $0.key == entry.key }?.value == entry.standard)
        let refused = try await self.read(flags: [(entry.key, "", "--set")])
        #expect(refused.mistakes.count == 1)
    }

    @Test("a share of memory is one of the machine's")
    func memory() {
        let total = ByteCount.gibibytes(10)
        #expect(MemoryShare.percent(75).amount(of: total) == ByteCount(bytes: total.bytes / 100 * 75))
        #expect(MemoryShare.bytes(.gibibytes(20)).amount(of: total) == total)
    }
}
