/// The engine as it answers now: `GET /engine`.
package struct EngineView: Sendable, Hashable, Codable {
    /// As in `DOCKER_HOST`.
    package var address: String
    package var isReachable: Bool
    /// Why it is not, in one sentence.
    package var problem: String?
    package var version: String?
    package var apiVersion: String?
    package var storageDriver: String?
    package var cgroupVersion: String?
    package var cgroupDriver: String?
    package var operatingSystem: String?
    package var kernelVersion: String?
    /// Containers of this installation, and those of others.
    package var ownContainers: Int?
    package var otherContainers: Int?

    private enum CodingKeys: String, CodingKey {
        case address
        case isReachable = "is_reachable"
        case problem, version
        case apiVersion = "api_version"
        case storageDriver = "storage_driver"
        case cgroupVersion = "cgroup_version"
        case cgroupDriver = "cgroup_driver"
        case operatingSystem = "operating_system"
        case kernelVersion = "kernel_version"
        case ownContainers = "own_containers"
        case otherContainers = "other_containers"
    }

    package init(address: String, isReachable: Bool) { (self.address, self.isReachable) = (address, isReachable) }
}

/// A container of this installation: a member of `GET /engine/containers`.
package struct ContainerView: Sendable, Hashable, Codable {
    package var name: String
    package var id: String
    /// None of one that brings the cell into its volume.
    package var job: String?
    package var attempt: Int?
    /// In the engine's words, as in `running`.
    package var state: String
    package var createdAt: String
    /// Whether a row says that it should be there.
    package var isExplained: Bool

    private enum CodingKeys: String, CodingKey {
        case name, id, job, attempt, state
        case createdAt = "created_at"
        case isExplained = "is_explained"
    }

    package init(
        name: String, id: String, job: String?, attempt: Int?, state: String, createdAt: String, isExplained: Bool
    ) {
        (self.name, self.id, self.job, self.attempt) = (name, id, job, attempt)
        (self.state, self.createdAt, self.isExplained) = (state, createdAt, isExplained)
    }
}

/// What a round of clearing up came to: `POST /engine/reap`.
package struct ReapView: Sendable, Hashable, Codable {
    package var removedContainers: Int
    /// Containers under our labels that no row explains: left alone.
    package var foreignContainers: Int

    private enum CodingKeys: String, CodingKey {
        case removedContainers = "removed_containers"
        case foreignContainers = "foreign_containers"
    }

    package init(removedContainers: Int, foreignContainers: Int) {
        (self.removedContainers, self.foreignContainers) = (removedContainers, foreignContainers)
    }
}
