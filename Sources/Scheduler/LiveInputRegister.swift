package import Model
package import Ports
import Synchronization
import Waiting

/// Brings together the jobs that read a live standard input and those who pass one on, whoever comes first.
package final class LiveInputRegister: LiveInputs {
    private let inputs = Mutex<[JobID: LiveInput]>([:])

    package init() {}

    package func input(for job: JobID) -> any InputSource { entry(job) }

    package func connect(_ source: any InputSource, to job: JobID) -> Bool { entry(job).connect(source) }

    package func end(_ job: JobID) {
        inputs.withLock { $0.removeValue(forKey: job) }?.disconnect()
    }

    private func entry(_ job: JobID) -> LiveInput {
        inputs.withLock { inputs in
            if let known = inputs[job] { return known }
            let new = LiveInput()
            inputs[job] = new
            return new
        }
    }
}

/// One job's live standard input: waits for its client at the first read.
private final class LiveInput: InputSource {
    private struct State {
        var source: (any InputSource)?
        var isOver = false
    }

    private let state = Mutex(State())
    private let arrival = Signal()

    func connect(_ source: any InputSource) -> Bool {
        let isFirst = state.withLock { state in
            guard state.source == nil, !state.isOver else { return false }
            state.source = source
            return true
        }
        if isFirst { arrival.send() }
        return isFirst
    }

    func disconnect() {
        state.withLock { $0.isOver = true }
        arrival.send()
    }

    func next() async throws(StoreError) -> [UInt8]? {
        while true {
            let (source, isOver) = state.withLock { ($0.source, $0.isOver) }
            if isOver { return nil }
            if let source { return try await source.next() }
            do { try await arrival.wait() } catch { return nil }  // whoever reads was told to stop
        }
    }
}
