import Hardening
import Model
import Ports
import Scheduler

enum Samples {
    static func profile() throws -> PreparedProfile {
        PreparedProfile(
            profile: try ProfileSet.builtIn.profile(named: "shell"), digest: "sha256:p",
            filter: [6, 0, 0, 0, 0, 0, 0, 0])
    }

    static func request(artifacts: [String] = []) throws -> JobRequest {
        var request = JobRequest(
            image: "shell", command: ["true"], profile: "shell", limits: try profile().profile.limits)
        request.artifacts = artifacts
        return request
    }

    static func spec(artifacts: [String] = []) throws -> JobSpec {
        JobSpec(
            imageID: "sha256:1", imageName: "shell", command: ["true"], artifacts: artifacts, profile: "shell",
            limits: try profile().profile.limits)
    }
}
