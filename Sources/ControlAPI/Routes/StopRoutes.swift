package import ControlWire
import Logging
import Model
package import Ports

/// The daemon's end.
package struct StopRoutes: RouteGroup {
    /// Asks for the end, which comes after the answer; says what becomes of running jobs.
    package typealias Stop = @Sendable (DrainMode?) -> StopView

    private let stop: Stop

    package init(_ stop: @escaping Stop) { self.stop = stop }

    package var routes: [Route] {
        [
            .post("/daemon/stop") { request in
                let ask = try await request.document(StopAsk.self)
                let mode = try ask.drain.map { word in
                    guard let mode = DrainMode(rawValue: word) else {
                        let words = DrainMode.allCases.map(\.rawValue).joined(separator: ", ")
                        throw ModelError.malformed(
                            field: "drain", value: String(word.prefix(80)), expected: "one of \(words)")
                    }
                    return mode
                }
                request.logger.notice("a client asks for the end", metadata: ["actor": "\(request.actor)"])
                return try .json(stop(mode), status: 202)
            }
        ]
    }
}
