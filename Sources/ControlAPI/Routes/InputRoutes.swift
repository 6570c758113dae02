import ControlWire
import Model
package import Ports
import Synchronization
import Waiting

/// Standard input into a job while it runs.
package struct InputRoutes: RouteGroup {
    private let reader: any JobReader
    private let watch: any JobWatch
    private let inputs: any LiveInputs

    package init(reader: any JobReader, watch: any JobWatch, inputs: any LiveInputs) {
        (self.reader, self.watch, self.inputs) = (reader, watch, inputs)
    }

    package var routes: [Route] { [.post("/jobs/{id}/stdin", kind: .long) { try await feed($0) }] }

    /// Ends with the client's body, with the client, or with the job.
    private func feed(_ request: ControlRequest) async throws -> ControlAnswer {
        let job = try await reader.job(request.parameter("id"))
        guard !job.state.isTerminal else {
            throw ControlAPIError.conflict(
                "Job \(job.id) is \(job.state.rawValue): it reads nothing any more.", remedy: "Run it again.")
        }
        guard job.spec.stdin == .live else {
            throw ControlAPIError.conflict(
                "Job \(job.id) was not submitted with a live standard input.",
                remedy: "Submit it with one, or give its input with the submission.")
        }
        let source = CountedInput(request.body)
        guard inputs.connect(source, to: job.id) else {
            throw ControlAPIError.conflict(
                "The standard input of job \(job.id) has somebody who feeds it, or had.",
                remedy: "It takes one: run the job again to feed it anew.")
        }
        // Whatever ends this, the tool is told that nothing more comes.
        defer { source.close() }
        await request.body.setPatient()
        let signal = Signal()
        let watching = watch.watch(root: job.summary.root) { signal.send() }
        defer { watching.end() }
        source.onEnd { signal.send() }
        while !source.isOver {
            if try await reader.summary("\(job.id)").state.isTerminal { break }
            try await signal.wait()
        }
        return try .json(StdinView(takenBytes: source.count, isWhole: source.hasEnded))
    }
}

/// A body on its way into a job: counts what is taken of it, and can be closed by whoever it belongs to.
private final class CountedInput: InputSource {
    private struct State {
        var count = Int64(0)
        var hasEnded = false
        var isClosed = false
        var onEnd: (@Sendable () -> Void)?
    }

    private let body: ControlBody
    private let state = Mutex(State())

    init(_ body: ControlBody) { self.body = body }

    var count: Int64 { state.withLock(\.count) }
    /// Whether nothing more comes of it.
    var isOver: Bool { state.withLock { $0.hasEnded || $0.isClosed } }
    /// Whether all of it was taken.
    var hasEnded: Bool { state.withLock(\.hasEnded) }
    func onEnd(_ call: @escaping @Sendable () -> Void) { state.withLock { $0.onEnd = call } }
    func close() {
        let onEnd = state.withLock { state in
            state.isClosed = true
            return state.onEnd
        }
        onEnd?()
    }

    func next() async throws(StoreError) -> [UInt8]? {
        guard !state.withLock(\.isClosed) else { return nil }
        // A client that goes is the end of the input: the tool is not to blame.
        let piece: [UInt8]?
        do { piece = try await body.next() } catch {
            close()
            return nil
        }
        let onEnd = state.withLock { state in
            state.count += Int64(piece?.count ?? 0)
            state.hasEnded = state.hasEnded || piece == nil
            return piece == nil ? state.onEnd : nil
        }
        onEnd?()
        return piece
    }
}
