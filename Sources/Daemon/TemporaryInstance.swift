import DockerEngine
import Foundation
import Glibc
package import Logging
import Ports

/// An instance for the time of a call, in a folder of its own: it needs nobody's lock, and leaves nothing behind.
package enum TemporaryInstance {
    /// Makes an instance that runs jobs, calls `body` with it, and removes what both have made, in the engine and on our disk.
    ///
    /// What a process that is killed leaves is found by `caisson engine reap --all-installations`.
    ///
    /// - Parameters:
    ///   - folder: where its data folder is made.
    ///   - isEnough: ends `body` early when it returns.
    /// - Throws: `CancellationError` if it was ended early.
    package static func with<Value: Sendable>(
        _ configuration: InstanceConfiguration, in folder: String = FileManager.default.temporaryDirectory.path,
        logger: Logger, until isEnough: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable (Instance) async throws -> Value
    ) async throws -> Value {
        let home = try makeFolder(in: folder)
        let result: Result<Value, any Error>
        do {
            let instance = try await Instance.open(configuration.moved(to: home), logger: logger)
            // In children of this task: what is cancelled must not be the clean-up.
            result = await run(instance, until: isEnough, body)
            try await cleanUp(instance, after: result)
        } catch {
            try removeFolder(home)
            throw error
        }
        try removeFolder(home)
        return try result.get()
    }

    private static func run<Value: Sendable>(
        _ instance: Instance, until isEnough: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable (Instance) async throws -> Value
    ) async -> Result<Value, any Error> {
        do {
            return .success(
                try await withThrowingTaskGroup(of: Value?.self) { group in
                    group.addTask { try await instance.serving { try await body(instance) } }
                    group.addTask {
                        await isEnough()
                        return nil
                    }
                    defer { group.cancelAll() }
                    guard let value = try await group.next() ?? nil else { throw CancellationError() }
                    return value
                })
        } catch {
            return .failure(error)
        }
    }

    /// Every container with its labels is its own: nobody else knows its id.
    private static func cleanUp(_ instance: Instance, after result: Result<some Sendable, any Error>) async throws {
        do {
            try await instance.leaveEngine()
        } catch {
            try await instance.close()
            // What went wrong before is what is told: most often it is the same.
            _ = try result.get()
            throw error
        }
        try await instance.close()
    }

    private static func makeFolder(in folder: String) throws(StoreError) -> String {
        var template = Array("\(folder)/caisson-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .unavailable(path: folder, reason: String(cString: strerror(errno)))
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func removeFolder(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}
