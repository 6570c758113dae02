import Ports
import TestSupport
import Testing

@testable import Daemon

@Suite struct DaemonHealthTests {
    private func health(
        store: @escaping @Sendable () async throws -> Void = {},
        engine: @escaping @Sendable () async throws -> String = { "20.10" }, clock: any Clock<Duration> = StepClock()
    ) -> DaemonHealth {
        DaemonHealth(home: "/", clock: clock, isStoreReadable: store, reachEngine: engine)
    }

    @Test("what answers is healthy, and says what answered")
    func healthy() async {
        for name in DaemonHealth.Component.Name.allCases {
            let found = await health().look(at: name)
            #expect(found.name == name)
            #expect(found.isHealthy, "\(found)")
        }
        let engine = await health().look(at: .engine)
        #expect(engine.message == "The engine answers: 20.10.")
    }

    @Test("what fails is not, in the error's words")
    func failing() async {
        let down = EngineError.unreachable(address: "a", reason: "r")
        let engine = await health(engine: { throw down }).look(at: .engine)
        #expect(engine == DaemonHealth.Component(name: .engine, isHealthy: false, message: down.message))
        let store = await health(store: { throw StoreError.busy(waited: .seconds(5)) }).look(at: .store)
        #expect(!store.isHealthy)
    }

    @Test("what does not answer is not waited for any longer than it may take")
    func silent() async {
        let clock = StepClock()
        let silent = health(
            engine: {
                await Latch().wait()
                return ""
            }, clock: clock)
        async let look = silent.look(at: .engine)
        await clock.waitForSleeper(until: DaemonHealth.limit)
        clock.advance(to: DaemonHealth.limit)
        let found = await look
        #expect(!found.isHealthy)
    }
}
