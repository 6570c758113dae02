import Daemon

extension Instance {
    /// Opens an instance, calls `body`, and closes it whatever comes of it.
    static func use<Value>(
        _ configuration: InstanceConfiguration, layers: Layers = Layers(), output: Output,
        _ body: (Instance) async throws -> Value
    ) async throws -> Value {
        let instance = try await open(
            configuration, logger: StandardErrorLog.logger, layers: layers,
            whenWaiting: { pid in
                output.error("caisson: waiting for \(pid.map { "process \($0)" } ?? "another process") to end its job")
            })
        do {
            let value = try await body(instance)
            try await instance.close()
            return value
        } catch {
            try? await instance.close()  // ignored: the first error is the one to tell
            throw error
        }
    }
}
