package import ControlWire
import DockerEngine
import Model
import Ports
import SQLiteStore

/// Looks at the engine and at what one installation has in it; changes nothing.
package struct EngineLook: Sendable {
    private let inventory: EngineInventory
    private let address: String
    private let installation: InstallationID?
    private let reader: any JobReader

    /// - Parameter installation: `nil` if there is none yet: it has nothing in the engine.
    init(_ client: EngineClient, address: String, installation: InstallationID?, reader: any JobReader) {
        (inventory, self.address) = (EngineInventory(client), address)
        (self.installation, self.reader) = (installation, reader)
    }

    /// Calls `body` with a look by the files alone, where no daemon is.
    package static func use<Value>(
        _ configuration: InstanceConfiguration, _ body: (EngineLook) async throws -> Value
    ) async throws -> Value {
        let reader = try Instance.reader(configuration)
        let installation = try await reader.installation().map { try InstallationID($0) }
        let client = try EngineClient(address: configuration.engine)
        let look = EngineLook(
            client, address: "\(configuration.engine)", installation: installation, reader: reader)
        let result: Result<Value, any Error>
        do { result = .success(try await body(look)) } catch { result = .failure(error) }
        await client.shutdown()
        return try result.get()
    }

    package func engine() async -> EngineView {
        var view = EngineView(address: address, isReachable: false)
        do throws(EngineError) {
            let info = try await inventory.info()
            (view.version, view.apiVersion, view.storageDriver) = (info.version, info.api, info.storageDriver)
            (view.cgroupVersion, view.cgroupDriver) = (info.cgroupVersion, info.cgroupDriver)
            (view.operatingSystem, view.kernelVersion) = (info.operatingSystem, info.kernelVersion)
            let all = try await inventory.containers()
            let own = all.count { $0.installation == installation?.description }
            (view.ownContainers, view.otherContainers) = (own, all.count - own)
            view.isReachable = true
        } catch {
            view.problem = error.message
        }
        return view
    }

    /// The containers that carry the installation's labels, by name.
    package func containers() async throws -> [ContainerView] {
        guard let installation else { return [] }
        var views: [ContainerView] = []
        for container in try await inventory.containers(of: installation) {
            views.append(
                ContainerView(
                    name: container.name, id: container.id, job: container.attempt.map { "\($0.job)" },
                    attempt: container.attempt?.number, state: container.state, createdAt: container.createdAt.rfc3339,
                    isExplained: try await isExplained(container)))
        }
        return views
    }

    private func isExplained(_ container: EngineInventory.Container) async throws -> Bool {
        guard container.isOurs, let attempt = container.attempt else { return container.isOurs }
        let known: [AttemptRecord]
        do throws(StoreError) {
            known = try await reader.attempts(of: attempt.job)
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
        return known.contains { record in
            record.id == attempt && record.containerName == container.name && ![.removed, .lost].contains(record.state)
        }
    }
}
