import DockerEngine
import Doctor
package import Model
import Ports
import SQLiteStore
import Waiting

/// Looks at what a daemon cannot do without: its store, its disk and its engine.
package struct DaemonHealth: Sendable {
    /// One thing that was looked at.
    package struct Component: Sendable, Hashable {
        package enum Name: String, Sendable, CaseIterable { case store, disk, engine }

        package let name: Name
        package let isHealthy: Bool
        /// One sentence.
        package let message: String
    }

    /// The least room on the disk of the data folder: below it, jobs may lose what they write.
    package static let leastSpace = ByteCount.mebibytes(256)
    /// How long store and engine have to answer.
    package static let limit = Duration.seconds(3)

    private let home: String
    private let isStoreReadable: @Sendable () async throws -> Void
    private let reachEngine: @Sendable () async throws -> String
    private let clock: any Clock<Duration>

    package init(_ base: DaemonBase) {
        self.init(
            home: base.instance.home, clock: ContinuousClock(),
            isStoreReadable: { [store = base.store] in _ = try await store.liveAttempts() },
            reachEngine: { [engine = base.engine] in "\(try await engine.negotiate().engine)" })
    }

    init(
        home: String, clock: any Clock<Duration>, isStoreReadable: @escaping @Sendable () async throws -> Void,
        reachEngine: @escaping @Sendable () async throws -> String
    ) {
        (self.home, self.clock) = (home, clock)
        (self.isStoreReadable, self.reachEngine) = (isStoreReadable, reachEngine)
    }

    /// Looks at one of them; takes no longer than ``limit``.
    package func look(at name: Component.Name) async -> Component {
        switch name {
        case .store:
            await component(.store) {
                try await isStoreReadable()
                return "The job database answers."
            }
        case .engine: await component(.engine) { "The engine answers: \(try await reachEngine())." }
        case .disk: disk()
        }
    }

    private func component(
        _ name: Component.Name, _ body: @escaping @Sendable () async throws -> String
    ) async -> Component {
        do {
            guard let message = try await within(Self.limit, clock, body) else {
                return Component(
                    name: name, isHealthy: false, message: "It has not answered within \(Self.limit.shortText).")
            }
            return Component(name: name, isHealthy: true, message: message)
        } catch let error as any UserFacingError {
            return Component(name: name, isHealthy: false, message: error.message)
        } catch {
            return Component(name: name, isHealthy: false, message: "It failed in a way that it never should.")
        }
    }

    private func disk() -> Component {
        guard let space = Look.space(at: Look.nearestParent(of: home)) else {
            return Component(name: .disk, isHealthy: false, message: "How much room there is cannot be read.")
        }
        return Component(
            name: .disk, isHealthy: space.free >= Self.leastSpace,
            message: "\(space.free.bytes >> 20) MiB are free on the disk of the data folder.")
    }
}
